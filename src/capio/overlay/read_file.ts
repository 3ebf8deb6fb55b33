import type { WorkflowFile } from "../journal/mod.ts";
import { readableOf } from "./file_streams.ts";
import { growingReader } from "./growing_file.ts";
import type { Place } from "./place.ts";
import type { ReadHandle } from "./read_handles.ts";
import type { Workspace } from "./workspace.ts";

/** What is to be done when a file is closed. */
const closings = new WeakMap<Deno.FsFile, () => void>();

/**
 * Makes `file`, open for reading and complete as far as this member knows, go on
 * in a copy if this member begins to write to it.
 */
export function readFile(
  file: Deno.FsFile,
  workspace: Workspace,
  place: Place,
  entry?: WorkflowFile,
): Deno.FsFile {
  const { readHandles } = workspace;
  const handle: ReadHandle = {
    entry,
    identify: () => file.statSync(),
    goOnIn(location, copy) {
      growingReader(file, workspace, copy, place).goOnIn(location, copy);
    },
  };
  readHandles.add(handle);
  closings.set(file, () => readHandles.delete(handle));
  return Object.setPrototypeOf(file, ReadFile.prototype);
}

/** A `Deno.FsFile` whose reads are the original's. */
class ReadFile extends Deno.FsFile {
  override close(): void {
    super.close();
    closings.get(this)?.();
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    closings.get(this)?.();
  }
}

Object.defineProperties(ReadFile.prototype, {
  // Programs compare it with `Deno.FsFile`.
  constructor: { value: Deno.FsFile },
  // The original's stream would stay with the file that was opened.
  readable: {
    get(this: Deno.FsFile) {
      return readableOf(this);
    },
  },
});
