import type { Writing } from "../overlay/mod.ts";
import { DescriptorReader } from "./descriptor_reader.ts";

/** What an open file is to the workflow. */
export type OpenFile = DescriptorReader | Writing;

const files = new Map<number, OpenFile>();

/** Remembers what the file open under a number is to the workflow. */
export function registerFile(fd: number, file: OpenFile): void {
  files.set(fd, file);
}

/** The reading of a file that may be written yet: a number, or a handle. */
export function readerOf(file: unknown): DescriptorReader | undefined {
  const found = fileOf(file);
  return found instanceof DescriptorReader ? found : undefined;
}

/** What an open file is to the workflow, if anything. */
export function fileOf(file: unknown): OpenFile | undefined {
  // Most programs come here with no such file at all.
  if (files.size === 0) return undefined;
  return files.get(typeof file === "number" ? file : Number(fdOf(file)));
}

/** The file has been closed: the system may give its number to another. */
export function forgetFile(fd: number, file: OpenFile | undefined): void {
  // It may have done so before the program was told.
  if (files.get(fd) === file) files.delete(fd);
}

/** The number that a `FileHandle` has. */
function fdOf(file: unknown): unknown {
  return typeof file === "object" && file !== null && "fd" in file
    ? file.fd
    : undefined;
}
