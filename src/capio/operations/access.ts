import type { GraphUse, Use } from "../overlay/mod.ts";

/** What a call does to a path. */
export interface Access {
  /** What Deno asks permission for. */
  readonly permissions: readonly Use[];
  /** What the graph has to allow; nothing for a mere look. */
  readonly graph?: GraphUse;
}

/** Reads what a file holds. */
export const READ: Access = { permissions: ["read"], graph: "read" };
/** Writes to a file. */
export const WRITE: Access = { permissions: ["write"], graph: "write" };
/** Reads and writes, as far as permissions go; a writing in the graph. */
export const READ_AND_WRITE: Access = {
  permissions: ["read", "write"],
  graph: "write",
};
/** Finds out about a path. */
export const LOOK: Access = { permissions: ["read"] };
/** Makes a directory. */
export const MAKE: Access = { permissions: ["write"], graph: "make" };
/** Removes an entry. */
export const REMOVE: Access = { permissions: ["write"], graph: "remove" };
/** Makes an entry whose name nobody knows beforehand. */
export const MAKE_ANY: Access = { permissions: ["write"] };

/** What opening a file with these options does; without options it reads. */
export function accessOfOpen(options?: Deno.OpenOptions | null): Access {
  const { read, write, append } = options ?? { read: true };
  if (!write && !append) return READ;
  return read ? READ_AND_WRITE : WRITE;
}
