import type { Use } from "../workspace.ts";

/** What a call does to a path. */
export interface Access {
  /** What Deno asks permission for. */
  readonly permissions: readonly Use[];
  /** What the graph has to allow; nothing for a mere look. */
  readonly graph?: "read" | "write" | "make";
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
/** Makes or removes an entry. */
export const MAKE: Access = { permissions: ["write"], graph: "make" };

/** What opening a file with these options does. */
export function accessOfOpen(
  { read, write, append }: Deno.OpenOptions,
): Access {
  if (!write && !append) return READ;
  return read ? READ_AND_WRITE : WRITE;
}
