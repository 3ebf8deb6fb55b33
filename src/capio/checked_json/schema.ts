import type { JsonPath } from "./json_scan.ts";

/** A place in a value where a schema expects something else. */
export interface Issue {
  /** The members and indices that lead to the place. */
  readonly path: JsonPath;
  /** A description of what the schema expects, to follow the word "expected". */
  readonly expected: string;
  /** The value there; `undefined` when there is none. */
  readonly found: unknown;
}

/** Takes each issue that a schema finds. */
export type Report = (issue: Issue) => void;

/**
 * Tells whether a value is an `Output`, and reports everything in it that
 * should be otherwise.
 */
export type Schema<Output> = (
  value: unknown,
  report: Report,
) => value is Output;

/** Accepts every string. */
export function string(expected: string): Schema<string> {
  return matching(expected, (value) => typeof value === "string");
}

/** Accepts every number but NaN. */
export function number(expected: string): Schema<number> {
  return matching(
    expected,
    (value): value is number =>
      typeof value === "number" && !Number.isNaN(value),
  );
}

/** Accepts `true` and `false`. */
export function boolean(expected: string): Schema<boolean> {
  return matching(expected, (value) => typeof value === "boolean");
}

/** Accepts the values that are listed. */
export function oneOf<const Value>(
  values: readonly Value[],
  expected: string,
): Schema<Value> {
  return matching(
    expected,
    (value): value is Value => (values as readonly unknown[]).includes(value),
  );
}

/** Accepts what `schema` accepts, and nothing. */
export function optional<Output>(
  schema: Schema<Output>,
): Schema<Output | undefined> {
  return (value, report): value is Output | undefined =>
    value === undefined || schema(value, report);
}

/** Accepts what `schema` accepts if the condition holds, too. */
export function where<Output>(
  schema: Schema<Output>,
  expected: string,
  holds: (value: Output) => boolean,
): Schema<Output> {
  return (value, report): value is Output => {
    if (!schema(value, report)) return false;
    if (holds(value)) return true;
    report({ path: [], expected, found: value });
    return false;
  };
}

/** Accepts an array in which `schema` accepts every item. */
export function array<Item>(
  schema: Schema<Item>,
  expected: string,
): Schema<Item[]> {
  return (value, report): value is Item[] => {
    if (!Array.isArray(value)) {
      report({ path: [], expected, found: value });
      return false;
    }
    const refused = value.filter((item, index) =>
      !schema(item, below(index, report))
    );
    return refused.length === 0;
  };
}

/** Passes issues on with the path from one level further up. */
export function below(step: string | number, report: Report): Report {
  return (issue) => report({ ...issue, path: [step, ...issue.path] });
}

function matching<Output>(
  expected: string,
  accepts: (value: unknown) => value is Output,
): Schema<Output> {
  return (value, report): value is Output => {
    if (accepts(value)) return true;
    report({ path: [], expected, found: value });
    return false;
  };
}
