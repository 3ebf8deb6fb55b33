import { Writing } from "../../overlay/mod.ts";
import { ChildDescriptors } from "./child_descriptors.ts";
import { DescriptorReader } from "./descriptor_reader.ts";

/** The part that an open file has in the workflow. */
export type OpenFile = DescriptorReader | PlainDescriptor | Writing;

/** A complete file that is open for reading. */
export interface PlainDescriptor {
  close(): void;
}

const files = new Map<number, OpenFile>();
/** Files whose close loses them. */
const unfinished = new Set<OpenFile>();
const children = new ChildDescriptors((file) => fileOf(file));

/** Remembers the part of the file that is open under a descriptor. */
export function registerFile(fd: number, file: OpenFile): void {
  files.set(fd, file);
  const concernsChildren = file instanceof Writing ||
    file instanceof DescriptorReader;
  if (concernsChildren) children.watch(true);
}

/** Returns the reader of a growing file, given a descriptor or a handle. */
export function readerOf(file: unknown): DescriptorReader | undefined {
  const found = fileOf(file);
  return found instanceof DescriptorReader ? found : undefined;
}

/** Returns the part of an open file, `undefined` for one of no workflow. */
export function fileOf(file: unknown): OpenFile | undefined {
  // The common case: no such file is open.
  if (files.size === 0) return undefined;
  return files.get(typeof file === "number" ? file : Number(fdOf(file)));
}

/** Makes a close lose the file to its readers, until the result is called. */
export function loseAtClose(file: OpenFile | undefined): () => void {
  if (file) unfinished.add(file);
  return () => void (file && unfinished.delete(file));
}

/** Reports the close of a file. */
export function closeFile(fd: number, file: OpenFile): void {
  forgetFile(fd, file);
  if (file instanceof Writing) file.close(unfinished.has(file));
  else file.close();
}

/** Forgets a closed file, whose descriptor the system may use again. */
export function forgetFile(fd: number, file: OpenFile | undefined): void {
  // It may have used it again before the close was reported.
  if (files.get(fd) === file) files.delete(fd);
  if (files.size === 0) children.watch(false);
}

/** Returns the descriptor of a `FileHandle`. */
function fdOf(file: unknown): unknown {
  return typeof file === "object" && file !== null && "fd" in file
    ? file.fd
    : undefined;
}
