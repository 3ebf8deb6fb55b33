import {
  errorsAtCaller,
  methodsErrAtCaller,
  READ_AVAILABLE,
} from "../../internal/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import { act, type Operation, system } from "../platform/mod.ts";
import { readableOf } from "./file_streams.ts";
import { GrowingFileReader } from "./growing_file_reader.ts";
import type { Place } from "./place.ts";
import { Turns } from "./turns.ts";
import type { Workspace } from "./workspace.ts";

/** Bytes read before the rest of the program gets a turn. */
const BURST_BYTES = 4 * 1024 * 1024;

/** The reading of one file. */
interface Reading {
  readonly reader: GrowingFileReader;
  /** The original file that is read: at first the one that was opened. */
  source: Deno.FsFile;
  /** The asynchronous calls that depend on the position, or change it. */
  readonly turns: Turns;
  /** Bytes read since the last turn of the rest of the program. */
  burst: number;
}

const readings = new WeakMap<Deno.FsFile, Reading>();
const { close, read, readSync, seek, seekSync, stat, statSync } =
  Deno.FsFile.prototype;

/** Makes `file` wait at its end until the file behind it is committed. */
export function growingFile(
  file: Deno.FsFile,
  workspace: Workspace,
  entry: WorkflowFile,
  place: Place,
): Deno.FsFile {
  growingReader(file, workspace, entry, place);
  return file;
}

/** Makes `file` such a file, and returns its reader. */
export function growingReader(
  file: Deno.FsFile,
  workspace: Workspace,
  entry: WorkflowFile,
  place: Place,
): GrowingFileReader {
  const reader = new GrowingFileReader(workspace, entry, place, {
    identify: () => statSync.call(it.source),
    goOnIn(location) {
      const next = system.openSync(location, { read: true });
      const position = seekSync.call(it.source, 0, Deno.SeekMode.Current);
      next.seekSync(position, Deno.SeekMode.Start);
      if (it.source !== file) it.source.close();
      it.source = next;
    },
  });
  const it: Reading = { reader, source: file, turns: new Turns(), burst: 0 };
  readings.set(file, it);
  Object.setPrototypeOf(file, GrowingFile.prototype);
  return reader;
}

/**
 * A `Deno.FsFile` that another member may still be writing. Instances are
 * original files that get this prototype: the class of the runtime cannot be
 * constructed.
 */
class GrowingFile extends Deno.FsFile {
  override read(p: Uint8Array): Promise<number | null> {
    return workspaceOf(this).partialReads
      ? this[READ_AVAILABLE](p)
      : readInTurn(this, p, false);
  }

  [READ_AVAILABLE](p: Uint8Array): Promise<number | null> {
    return readInTurn(this, p, true);
  }

  override readSync(p: Uint8Array): number | null {
    if (!asksForBytes(p)) return readSync.call(sourceOf(this), p);
    const workspace = workspaceOf(this);
    return workspace.runSync(readInto(this, p, workspace.partialReads));
  }

  override seek(
    offset: number | bigint,
    whence: Deno.SeekMode,
  ): Promise<number> {
    const it = stateOf(this);
    const { turns, reader } = it;
    const move = act(
      () => seek.call(it.source, offset, whence),
      () => seekSync.call(it.source, offset, whence),
    );
    const operation = function* () {
      turns.begin();
      try {
        if (whence === Deno.SeekMode.End) yield* reader.untilSized();
        return moved(reader, yield* move, offset, whence);
      } finally {
        turns.end();
      }
    };
    const { workspace } = reader;
    return turns.take(() => workspace.run(operation()));
  }

  override seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    if (whence === Deno.SeekMode.End) sizeReadySync(this);
    const position = seekSync.call(sourceOf(this), offset, whence);
    return moved(stateOf(this).reader, position, offset, whence);
  }

  override async stat(): Promise<Deno.FileInfo> {
    await sizeReady(this);
    return told(this, await stat.call(sourceOf(this)));
  }

  override statSync(): Deno.FileInfo {
    sizeReadySync(this);
    return told(this, statSync.call(sourceOf(this)));
  }

  override close(): void {
    super.close();
    const { reader, source } = stateOf(this);
    if (source !== this) close.call(source);
    reader.close();
  }

  override [Symbol.dispose](): void {
    if (!stateOf(this).reader.isClosed) this.close();
  }
}

// The others are operations, which the workspace runs.
methodsErrAtCaller(GrowingFile, { except: ["read", "seek"] });
Object.defineProperties(GrowingFile.prototype, {
  // Programs compare it with `Deno.FsFile`.
  constructor: { value: Deno.FsFile },
  // The runtime has an accessor where its declarations say property.
  readable: {
    get(this: Deno.FsFile) {
      return readableOf(this);
    },
  },
});

/** Methods that act on the file that is read now. */
const FORWARDED = [
  ...["lock", "lockSync", "tryLock", "tryLockSync", "unlock", "unlockSync"],
  ...["utime", "utimeSync"],
];
for (const name of FORWARDED) {
  const original = Reflect.get(Deno.FsFile.prototype, name);
  const { [name]: value } = {
    [name](this: Deno.FsFile, ...args: unknown[]) {
      return original.apply(sourceOf(this), args);
    },
  };
  const property = {
    configurable: true,
    writable: true,
    value: errorsAtCaller(value),
  };
  Object.defineProperty(GrowingFile.prototype, name, property);
}

// Functions, not private methods: an original file has no such methods.
function sizeReady(file: Deno.FsFile): Promise<void> {
  return workspaceOf(file).run(stateOf(file).reader.untilSized());
}

function sizeReadySync(file: Deno.FsFile): void {
  workspaceOf(file).runSync(stateOf(file).reader.untilSized());
}

function told(file: Deno.FsFile, info: Deno.FileInfo): Deno.FileInfo {
  stateOf(file).reader.toldSize(info.size);
  return info;
}

/** A move to the end tells the size, too. */
function moved(
  reader: GrowingFileReader,
  position: number,
  offset: number | bigint,
  whence: Deno.SeekMode,
): number {
  reader.movedTo(position);
  if (whence === Deno.SeekMode.End) reader.toldSize(position - Number(offset));
  return position;
}

function readInTurn(
  file: Deno.FsFile,
  p: Uint8Array,
  isPartial: boolean,
): Promise<number | null> {
  if (!asksForBytes(p)) return read.call(sourceOf(file), p);
  const { turns, reader: { workspace } } = stateOf(file);
  return turns.take(() => workspace.run(readInto(file, p, isPartial, turns)));
}

/** The original refuses anything but bytes. */
function asksForBytes(p: Uint8Array): boolean {
  return p instanceof Uint8Array && p.length > 0;
}

function readInto(
  file: Deno.FsFile,
  p: Uint8Array,
  isPartial: boolean,
  turns?: Turns,
): Operation<number | null> {
  const it = stateOf(file);
  return it.reader.read({
    size: p.length,
    attempt: (filled) => readNow(it, filled === 0 ? p : p.subarray(filled)),
    hasMore: () => hasMore(it.source),
  }, { isPartial, turns, atEnd: null });
}

/**
 * Reads fresh data, which is in the page cache: a synchronous read costs a
 * fraction of a hop to another thread. After each burst the rest of the program
 * gets a turn.
 */
function* readNow(it: Reading, p: Uint8Array): Operation<number> {
  const isTurn = it.burst >= BURST_BYTES;
  if (isTurn) it.burst = 0;
  const count = yield* act(
    async () =>
      isTurn ? await read.call(it.source, p) : readSync.call(it.source, p),
    () => readSync.call(it.source, p),
  );
  it.burst += count ?? 0;
  return count ?? 0;
}

function hasMore(file: Deno.FsFile): boolean {
  const position = seekSync.call(file, 0, Deno.SeekMode.Current);
  return statSync.call(file).size > position;
}

function workspaceOf(file: Deno.FsFile): Workspace {
  return stateOf(file).reader.workspace;
}

function sourceOf(file: Deno.FsFile): Deno.FsFile {
  return stateOf(file).source;
}

function stateOf(file: Deno.FsFile): Reading {
  const it = readings.get(file);
  if (!it) throw new TypeError("Illegal invocation");
  return it;
}
