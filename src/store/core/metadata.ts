import { isDeepStrictEqual } from "node:util";
import { checkIterable, refused } from "../../internal/mod.ts";

/** A value that JSON can express. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Names and JSON values that are stored with the bytes of a key. */
export type Metadata = { readonly [name: string]: JsonValue };

/**
 * Some names of metadata.
 *
 * @typeParam M The metadata.
 * @typeParam N The names.
 */
export type Selected<M extends object, N extends keyof M> = {
  readonly [Name in N]: M[Name];
};

/** Returns a frozen copy of metadata that a caller passed. */
export function copyMetadata(metadata: unknown): Metadata {
  if (!isPlainObject(metadata)) {
    throw refused("metadata", "a plain object", metadata);
  }
  return copyJson(metadata, "metadata", []) as Metadata;
}

/** Returns the selected names of the metadata, without those it lacks. */
export function selectMetadata<S>(
  metadata: object,
  names: readonly string[] | undefined,
): S {
  if (names === undefined) return metadata as S;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(metadata, name))
      .map((name) => [name, (metadata as Metadata)[name]]),
  ) as S;
}

/** Returns whether the metadata has every name of `match`, with an equal value. */
export function matchesMetadata(metadata: Metadata, match: Metadata): boolean {
  return Object.entries(match).every(([name, value]) =>
    Object.hasOwn(metadata, name) && isDeepStrictEqual(metadata[name], value)
  );
}

/** Returns a copy of the names that a caller selected. */
export function copyNames<N extends string>(
  select: Iterable<N> | undefined,
): N[] | undefined {
  if (select === undefined) return undefined;
  checkIterable("select", select, "a list of strings");
  const names = [...select];
  if (names.every((name) => typeof name === "string")) return names;
  throw refused("select", "a list of strings", select);
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
      throw refused(path, "JSON-serialisable", value);
    case "object":
      break;
    default:
      throw refused(path, "JSON-serialisable", value);
  }
  if (parents.includes(value)) {
    throw refused(path, "JSON without a cycle", value);
  }
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    const items = value.map((item, i) =>
      copyJson(item, `${path}[${i}]`, inner)
    );
    return Object.freeze(items);
  }
  if (!isPlainObject(value)) throw refused(path, "JSON-serialisable", value);
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
