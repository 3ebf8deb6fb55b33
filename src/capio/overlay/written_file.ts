import { closeQuietly, readableOf, writableOf } from "./file_streams.ts";
import type { Writing } from "./writing.ts";

const writings = new WeakMap<Deno.FsFile, Writing>();

/** Makes `file`, just opened in the spool for writing, report its close. */
export function writtenFile(file: Deno.FsFile, writing: Writing): Deno.FsFile {
  writings.set(file, writing);
  return Object.setPrototypeOf(file, WrittenFile.prototype);
}

/**
 * A `Deno.FsFile` that reports its close to the other members. Everything else,
 * above all the writing, is the original's. Instances are original files with
 * this prototype, because the class of the runtime cannot be constructed.
 */
class WrittenFile extends Deno.FsFile {
  override close(): void {
    // First the original's close, which throws for a closed file.
    super.close();
    writings.get(this)?.close();
  }

  override [Symbol.dispose](): void {
    const writing = writings.get(this);
    if (!writing || writing.isClosed) return;
    super.close();
    writing.deferClose();
  }
}

// The runtime has accessors where its declarations say properties.
Object.defineProperties(WrittenFile.prototype, {
  // Programs compare it with `Deno.FsFile`.
  constructor: { value: Deno.FsFile },
  readable: {
    get(this: Deno.FsFile) {
      return readableOf(this);
    },
  },
  writable: {
    get(this: Deno.FsFile) {
      return writableOf(this, () => giveUp(this));
    },
  },
});

/** Closes a file as failed: its readers get an error. */
function giveUp(file: Deno.FsFile): void {
  writings.get(file)?.close(true);
  closeQuietly(() => Deno.FsFile.prototype.close.call(file));
}
