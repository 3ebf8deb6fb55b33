import type { GraphUse, Use } from "../../overlay/mod.ts";

/** The rights that a call needs for one path. */
export interface Access {
  /** The permissions that Deno asks for. */
  readonly permissions: readonly Use[];
  /** The use that the graph has to allow; none for a mere look. */
  readonly graph?: GraphUse;
  /** Whether it needs the permissions for everything below the path, too. */
  readonly whole?: true;
  /** Whether it fails where there is something, wherever that has its home. */
  readonly creates?: true;
}

/** Reads the contents of a file. */
export const READ: Access = { permissions: ["read"], graph: "read" };
/** Writes to a file. */
export const WRITE: Access = { permissions: ["write"], graph: "write" };
/** Needs both permissions; for the graph it is a write. */
export const READ_AND_WRITE: Access = {
  permissions: ["read", "write"],
  graph: "write",
};
/** Makes a link under a name that must be free. */
export const MAKE_LINK: Access = { ...READ_AND_WRITE, creates: true };
/** Finds out about a path. */
export const LOOK: Access = { permissions: ["read"] };
/** Makes a directory. */
export const MAKE: Access = { permissions: ["write"], graph: "make" };
/** Removes an entry, with all that is below it. */
export const REMOVE: Access = {
  permissions: ["write"],
  graph: "remove",
  whole: true,
};
/** Takes its name from an entry, and theirs from all that is below it. */
export const MOVE_FROM: Access = {
  permissions: ["read", "write"],
  graph: "write",
  whole: true,
};
/** Gives a name to an entry that was moved, and to all that is below it. */
export const MOVE_TO: Access = {
  permissions: ["write"],
  graph: "write",
  whole: true,
};
/** Makes an entry with a random name, which the graph checks afterwards. */
export const MAKE_ANY: Access = { permissions: ["write"] };

/** Returns the access that opening a file with these options needs. */
export function accessOfOpen(options?: Deno.OpenOptions | null): Access {
  const { read, write, append, createNew } = options ?? { read: true };
  if (!write && !append) return READ;
  const access = read ? READ_AND_WRITE : WRITE;
  return createNew ? { ...access, creates: true } : access;
}

/** The same for a call that writes a whole file. */
export function accessOfWrite(
  options?: Pick<Deno.WriteFileOptions, "createNew">,
): Access {
  return options?.createNew ? { ...WRITE, creates: true } : WRITE;
}
