import { type Column, widthOf } from "./column_types.ts";

/** The name of a part of a key. */
export type KeyPartName = "cid" | "mid" | "moid" | "cap" | "acq";

/** A part of a key, and its offset in the bytes of a key. */
export interface KeyPart extends Column {
  readonly name: KeyPartName;
  readonly type: "i32" | "i64";
}

/** The offsets of the parts of a key, which follow one another without padding. */
export interface KeyLayout<N extends KeyPartName = KeyPartName> {
  readonly parts: readonly KeyPart[];
  /** The offset of each part. */
  readonly at: { readonly [P in N]: number };
  /** Bytes of all parts. */
  readonly size: number;
}

/**
 * The parts of a key in their order, which is that of their bytes and that in
 * which keys sort. Every offset and width of a key follows from this table.
 */
const KEY_PARTS: { readonly [N in KeyPartName]: KeyPart["type"] } = {
  cid: "i32",
  mid: "i64",
  moid: "i32",
  cap: "i64",
  acq: "i64",
};

/** The whole key: of a request's range, of the records of a GET, in SQL. */
export const WHOLE_KEY: KeyLayout = layoutOf(
  "cid",
  "mid",
  "moid",
  "cap",
  "acq",
);

/** The key of a record of a PUT: the group has the `cid`, the server gives `acq`. */
export const PUT_KEY: KeyLayout<"mid" | "moid" | "cap"> = layoutOf(
  "mid",
  "moid",
  "cap",
);

/** The key of a record of a PUTA: the group has the `cid`. */
export const PUTA_KEY: KeyLayout<"mid" | "moid" | "cap" | "acq"> = layoutOf(
  "mid",
  "moid",
  "cap",
  "acq",
);

/** The part of the key that the records of a PUT's group share. */
export const GROUP_KEY: KeyLayout<"cid"> = layoutOf("cid");

/** Bytes of a record's length, which stands before its key. */
export const LENGTH_BYTES = 4;

function layoutOf<N extends KeyPartName>(...names: N[]): KeyLayout<N> {
  let size = 0;
  const parts = names.map((name) => {
    const part = { name, type: KEY_PARTS[name], offset: size };
    size += widthOf(part.type);
    return part;
  });
  const at = Object.fromEntries(
    parts.map(({ name, offset }) => [name, offset]),
  ) as { [P in N]: number };
  return { parts, at, size };
}
