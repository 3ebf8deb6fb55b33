import { atCaller } from "../../internal/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import {
  mayAnswerAtOnce,
  noteTurn,
  SMALL_BYTES,
  steadyClock,
} from "../platform/mod.ts";
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
  const { prototype } = entry?.kind === "file" ? FileOfWorkflow : ReadFile;
  return Object.setPrototypeOf(file, prototype);
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

const { read, readSync } = Deno.FsFile.prototype;

/** The same of a file that a step has just written, so that it is in memory. */
class FileOfWorkflow extends ReadFile {
  override read(p: Uint8Array): Promise<number | null> {
    return p?.byteLength <= SMALL_BYTES && mayAnswerAtOnce()
      ? readAtOnce(this, p)
      : readInTurn(this, p);
  }
}

async function readInTurn(
  file: Deno.FsFile,
  p: Uint8Array,
): Promise<number | null> {
  const begun = steadyClock();
  try {
    const count = await read.call(file, p);
    noteTurn(begun);
    return count;
  } catch (error) {
    throw atCaller(error, readInTurn);
  }
}

async function readAtOnce(
  file: Deno.FsFile,
  p: Uint8Array,
): Promise<number | null> {
  try {
    return readSync.call(file, p);
  } catch {
    // Another call is under way, or the asynchronous form refuses it as well.
    try {
      return await readInTurn(file, p);
    } catch (error) {
      throw atCaller(error, readAtOnce);
    }
  }
}

Object.defineProperty(FileOfWorkflow.prototype, "constructor", {
  value: Deno.FsFile,
});
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
