import * as v from "valibot";

/** A further condition on an object: which member, what it should have been. */
export type Condition = readonly [key: string, expected: string];

/** An object of a JSON or TOML text. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The schema of an object with these members and no others, for which
 * conditions hold.
 *
 * In all schemas of this folder a message is what the schema expects, so that a
 * problem reads "expected ..., found ...".
 */
export function members<Output extends object>(
  entries: v.ObjectEntries,
  conditions: (input: JsonObject) => Iterable<Condition> = none,
): v.GenericSchema<unknown, Output> {
  const shape = v.object(entries, ({ expected }) => `member ${expected}`);
  const schema = v.pipe(
    v.custom<JsonObject>(isObject, "an object"),
    v.intersect([shape, noOthers(Object.keys(entries), conditions)]),
  );
  return schema as unknown as v.GenericSchema<unknown, Output>;
}

/**
 * Valibot's own strict object tells the first unknown member only, and takes
 * `toString` and whatever else objects inherit for known ones.
 */
function noOthers(
  known: readonly string[],
  conditions: (input: JsonObject) => Iterable<Condition>,
) {
  const onlyKnown = `no member but ${known.map(quote).join(", ")}`;
  return v.pipe(
    v.custom<JsonObject>(isObject),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as JsonObject;
      for (const key of Object.keys(input)) {
        if (known.includes(key)) continue;
        addIssue({
          message: onlyKnown,
          input: key,
          path: [pathItem(input, key)],
        });
      }
      for (const [key, message] of conditions(input)) {
        addIssue({ message, input: input[key], path: [pathItem(input, key)] });
      }
    }),
    // All that there is to take over, the shape has taken.
    v.transform(() => ({})),
  );
}

function pathItem(input: JsonObject, key: string): v.ObjectPathItem {
  return { type: "object", origin: "value", input, key, value: input[key] };
}

function isObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function* none(): Generator<Condition> {}

function quote(name: string): string {
  return JSON.stringify(name);
}
