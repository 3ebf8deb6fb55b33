import { below, type Schema } from "./schema.ts";

/** A condition that an object fails: the member, and what it should have been. */
export type Condition = readonly [key: string, expected: string];

/** An object of a JSON or TOML text. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The schema of each member of an object. */
export type MemberSchemas<Output> = {
  readonly [Key in keyof Output]?: Schema<Output[Key]>;
};

/**
 * Accepts an object with these members and no others.
 *
 * @param conditions Finds the conditions that an object fails besides.
 */
export function members<Output extends object>(
  entries: MemberSchemas<Output>,
  conditions: (input: JsonObject) => Iterable<Condition> = none,
): Schema<Output> {
  // Objects inherit members, such as "constructor", that no schema describes.
  const schemas = new Map(
    Object.entries(entries) as [key: string, schema: Schema<unknown>][],
  );
  const onlyKnown = `no member but ${
    [...schemas.keys()].map(quote).join(", ")
  }`;

  return (value, report): value is Output => {
    if (!isObject(value)) {
      report({ path: [], expected: "an object", found: value });
      return false;
    }
    let accepted = true;
    const refuse = (key: string, expected: string, found: unknown) => {
      accepted = false;
      report({ path: [key], expected, found });
    };
    for (const [key, schema] of schemas) {
      if (Object.hasOwn(value, key)) {
        if (!schema(value[key], below(key, report))) accepted = false;
      } else if (!schema(undefined, ignore)) {
        refuse(key, `member ${quote(key)}`, undefined);
      }
    }
    for (const key of Object.keys(value)) {
      if (!schemas.has(key)) refuse(key, onlyKnown, key);
    }
    for (const [key, expected] of conditions(value)) {
      refuse(key, expected, value[key]);
    }
    return accepted;
  };
}

function isObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function* none(): Generator<Condition> {}

function ignore(): void {}

function quote(name: string): string {
  return JSON.stringify(name);
}
