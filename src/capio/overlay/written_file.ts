import { atCaller, methodsErrAtCaller } from "../../internal/mod.ts";
import {
  mayAnswerAtOnce,
  noteTurn,
  SMALL_BYTES,
  steadyClock,
} from "../platform/mod.ts";
import { closeQuietly, readableOf, writableOf } from "./file_streams.ts";
import type { Writing } from "./writing.ts";

const writings = new WeakMap<Deno.FsFile, Writing>();
const { seekSync, statSync, write, writeSync } = Deno.FsFile.prototype;

/** Makes `file`, just opened in the spool for writing, report its close. */
export function writtenFile(file: Deno.FsFile, writing: Writing): Deno.FsFile {
  writings.set(file, writing);
  // The first write would replace what is there.
  const isBelowEnd = writing.sizeAtStart > 0;
  const { prototype } = isBelowEnd
    ? OverwritingFile
    : writing.file?.isInMemory
    ? MemoryFile
    : WrittenFile;
  return Object.setPrototypeOf(file, prototype);
}

/**
 * A `Deno.FsFile` that reports its close to the other members. Everything else,
 * above all the writing, is the original's, until the file is moved back from its
 * end. Instances are original files with
 * this prototype, because the class of the runtime cannot be constructed.
 */
class WrittenFile extends Deno.FsFile {
  override write(p: Uint8Array): Promise<number> {
    return p?.byteLength <= SMALL_BYTES && mayAnswerAtOnce()
      ? writeAtOnce(this, p)
      : writeInTurn(this, p);
  }

  override seek(
    offset: number | bigint,
    whence: Deno.SeekMode,
  ): Promise<number> {
    watchWrites(this);
    return super.seek(offset, whence);
  }

  override seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    watchWrites(this);
    return super.seekSync(offset, whence);
  }

  override async truncate(length?: number): Promise<void> {
    const size = sizeOf(this);
    // The original gives `null`, whatever its type says.
    const result = await super.truncate(length);
    overwrote(this, length ?? 0, size);
    return result;
  }

  override truncateSync(length?: number): void {
    const size = sizeOf(this);
    const result = super.truncateSync(length);
    overwrote(this, length ?? 0, size);
    return result;
  }

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

/** The same in memory, which is small: an error says what is full. */
class MemoryFile extends WrittenFile {
  override async write(p: Uint8Array): Promise<number> {
    try {
      return await super.write(p);
    } catch (error) {
      throw explained(this, error);
    }
  }

  override writeSync(p: Uint8Array): number {
    try {
      return super.writeSync(p);
    } catch (error) {
      throw explained(this, error);
    }
  }
}

/** The same where a write may replace what others have read. */
class OverwritingFile extends MemoryFile {
  override async write(p: Uint8Array): Promise<number> {
    const [position, size] = [positionOf(this), sizeOf(this)];
    const count = await super.write(p);
    overwrote(this, position, size);
    return count;
  }

  override writeSync(p: Uint8Array): number {
    const [position, size] = [positionOf(this), sizeOf(this)];
    const count = super.writeSync(p);
    overwrote(this, position, size);
    return count;
  }
}

methodsErrAtCaller(WrittenFile, { except: ["write"] });
methodsErrAtCaller(MemoryFile);
methodsErrAtCaller(OverwritingFile);
for (const { prototype } of [MemoryFile, OverwritingFile]) {
  Object.defineProperty(prototype, "constructor", { value: Deno.FsFile });
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

async function writeInTurn(
  file: Deno.FsFile,
  p: Uint8Array,
): Promise<number> {
  const begun = steadyClock();
  try {
    const count = await write.call(file, p);
    noteTurn(begun);
    return count;
  } catch (error) {
    throw atCaller(error, writeInTurn);
  }
}

async function writeAtOnce(
  file: Deno.FsFile,
  p: Uint8Array,
): Promise<number> {
  try {
    return writeSync.call(file, p);
  } catch {
    // Another call is under way, or the asynchronous form refuses it as well.
    try {
      return await writeInTurn(file, p);
    } catch (error) {
      throw atCaller(error, writeAtOnce);
    }
  }
}

/** From now on each write is looked at: most files are never moved. */
function watchWrites(file: Deno.FsFile): void {
  if (file instanceof OverwritingFile || writings.get(file)?.appends) return;
  Object.setPrototypeOf(file, OverwritingFile.prototype);
}

function explained(file: Deno.FsFile, error: unknown): unknown {
  return writings.get(file)?.explained(error) ?? error;
}

function overwrote(file: Deno.FsFile, offset: number, size: number): void {
  if (offset < size) writings.get(file)?.overwrote(offset);
}

// The call itself says what is wrong with a file that cannot be looked at.

function positionOf(file: Deno.FsFile): number {
  try {
    return seekSync.call(file, 0, Deno.SeekMode.Current);
  } catch {
    return 0;
  }
}

function sizeOf(file: Deno.FsFile): number {
  try {
    return statSync.call(file).size;
  } catch {
    return 0;
  }
}

/** Closes a file as failed: its readers get an error. */
function giveUp(file: Deno.FsFile): void {
  writings.get(file)?.close(true);
  closeQuietly(() => Deno.FsFile.prototype.close.call(file));
}
