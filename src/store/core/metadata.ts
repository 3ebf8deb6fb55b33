import { isDeepStrictEqual } from "node:util";

/** Whatever JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What is known about a value besides its bytes. */
export type Metadata = { readonly [name: string]: JsonValue };

/** A frozen copy of what the caller passed, which nobody else can change. */
export function copyMetadata(metadata: unknown): Metadata {
  if (!isPlainObject(metadata)) {
    throw new TypeError(
      `metadata must be a plain object, found ${Deno.inspect(metadata)}`,
    );
  }
  return copyJson(metadata, "metadata", []) as Metadata;
}

/** The metadata with only those of the names that it has. */
export function selectMetadata(
  metadata: Metadata,
  names: readonly string[] | undefined,
): Metadata {
  if (names === undefined) return metadata;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(metadata, name))
      .map((name) => [name, metadata[name]]),
  );
}

/** Whether the metadata has every name of the pattern, with an equal value. */
export function matchesMetadata(metadata: Metadata, match: Metadata): boolean {
  return Object.entries(match).every(([name, value]) =>
    Object.hasOwn(metadata, name) && isDeepStrictEqual(metadata[name], value)
  );
}

/** The same names and values, as a list that is no longer the caller's. */
export function copyNames(select: Iterable<string> | undefined) {
  if (select === undefined) return undefined;
  const names = typeof select === "string" ? [undefined] : [...select];
  if (names.every((name) => typeof name === "string")) return names;
  throw new TypeError(
    `select must be a list of strings, found ${Deno.inspect(select)}`,
  );
}

function copyJson(value: unknown, path: string, parents: object[]): JsonValue {
  if (value === null) return null;
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      // JSON has no negative zero, and equal metadata must compare as such.
      if (Number.isFinite(value)) return value === 0 ? 0 : value;
      throw notJson(value, path);
    case "object":
      break;
    default:
      throw notJson(value, path);
  }
  if (parents.includes(value)) throw notJson("a cycle", path);
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    const items = value.map((item, i) =>
      copyJson(item, `${path}[${i}]`, inner)
    );
    return Object.freeze(items);
  }
  if (!isPlainObject(value)) throw notJson(value, path);
  const entries = Object.entries(value).map(([name, item]) =>
    [name, copyJson(item, `${path}.${name}`, inner)] as const
  );
  return Object.freeze(Object.fromEntries(entries));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notJson(value: unknown, path: string): TypeError {
  return new TypeError(
    `${path} must be JSON-serialisable, found ${Deno.inspect(value)}`,
  );
}
