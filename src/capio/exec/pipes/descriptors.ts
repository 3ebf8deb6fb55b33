import { bypass } from "../../interpose/mod.ts";
import type { Opener } from "../../operations/mod.ts";
import { atOnce, builtin } from "../../platform/mod.ts";

/** A file that is open under a descriptor of the operating system. */
export interface Descriptor {
  readonly fd: number;
  /** Where it lay when it was opened. */
  readonly location: string;
}

/** Opens files of the spool as descriptors that a child process can get. */
export const descriptorOpener: Opener<Descriptor> = {
  open: (...args) => atOnce(() => openForWriting(...args)),
  openNow: openForWriting,
  close: ({ fd }) => closeDescriptor(fd),
  truncate: ({ fd }) => fs().ftruncateSync(fd),
  identify: ({ fd }) => fs().fstatSync(fd),
};

/** Opens a file as a descriptor for reading. */
export function openForReading(location: string): Descriptor {
  return { fd: openDescriptor(location, fs().constants.O_RDONLY), location };
}

/** Opens a path with flags of `node:fs`. No context has a part in it. */
export function openDescriptor(path: string, flags: number): number {
  return bypass(() => fs().openSync(path, flags, 0o666));
}

/** Closes a descriptor. */
export function closeDescriptor(fd: number): void {
  bypass(() => fs().closeSync(fd));
}

/**
 * Returns the numbers under which a child process is going to have the `count`
 * files that it gets as standard streams a second time: the runtime copies each
 * descriptor to the lowest free number before it starts a child, and the child
 * inherits the copy. A process that has a file open under such a number alone
 * does not know of it.
 */
export function copiesForChild(count: number): ReadonlySet<number> {
  // Nobody looks for holders there.
  if (Deno.build.os === "windows") return new Set();
  const { O_RDONLY } = fs().constants;
  const numbers = Array.from(
    { length: count },
    () => openDescriptor("/dev/null", O_RDONLY),
  );
  numbers.forEach(closeDescriptor);
  return new Set(numbers);
}

function openForWriting(
  location: string,
  { create, createNew, truncate }: Deno.OpenOptions,
): Descriptor {
  const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC } = fs().constants;
  const flags = O_WRONLY | (create || createNew ? O_CREAT : 0) |
    (createNew ? O_EXCL : 0) | (truncate ? O_TRUNC : 0);
  return { fd: openDescriptor(location, flags), location };
}

function fs(): typeof import("node:fs") {
  return builtin("fs");
}
