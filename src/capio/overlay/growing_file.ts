import { READ_AVAILABLE } from "../../internal/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import { act, type Operation } from "../platform/mod.ts";
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
  /** The asynchronous calls that depend on the position, or change it. */
  readonly turns: Turns;
  /** Bytes read since the last turn of the rest of the program. */
  burst: number;
}

const readings = new WeakMap<Deno.FsFile, Reading>();
const { read, readSync, seekSync, statSync } = Deno.FsFile.prototype;

/** Makes `file` wait at its end until the file behind it is committed. */
export function growingFile(
  file: Deno.FsFile,
  workspace: Workspace,
  entry: WorkflowFile,
  place: Place,
): Deno.FsFile {
  const reader = new GrowingFileReader(workspace, entry, place);
  readings.set(file, { reader, turns: new Turns(), burst: 0 });
  return Object.setPrototypeOf(file, GrowingFile.prototype);
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
    if (!asksForBytes(p)) return super.readSync(p);
    const workspace = workspaceOf(this);
    return workspace.runSync(readInto(this, p, workspace.partialReads));
  }

  override seek(
    offset: number | bigint,
    whence: Deno.SeekMode,
  ): Promise<number> {
    const { turns, reader } = stateOf(this);
    const seek = act(
      () => super.seek(offset, whence),
      () => super.seekSync(offset, whence),
    );
    const operation = function* () {
      turns.begin();
      try {
        if (whence === Deno.SeekMode.End) yield* reader.untilVisible();
        return moved(reader, yield* seek, offset, whence);
      } finally {
        turns.end();
      }
    };
    const { workspace } = reader;
    return turns.take(() => workspace.run(operation()));
  }

  override seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    if (whence === Deno.SeekMode.End) sizeReadySync(this);
    const position = super.seekSync(offset, whence);
    return moved(stateOf(this).reader, position, offset, whence);
  }

  override async stat(): Promise<Deno.FileInfo> {
    await sizeReady(this);
    return told(this, await super.stat());
  }

  override statSync(): Deno.FileInfo {
    sizeReadySync(this);
    return told(this, super.statSync());
  }

  override close(): void {
    super.close();
    stateOf(this).reader.close();
  }

  override [Symbol.dispose](): void {
    if (!stateOf(this).reader.isClosed) this.close();
  }
}

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

// Functions, not private methods: an original file has no such methods.
function sizeReady(file: Deno.FsFile): Promise<void> {
  return workspaceOf(file).run(stateOf(file).reader.untilVisible());
}

function sizeReadySync(file: Deno.FsFile): void {
  workspaceOf(file).runSync(stateOf(file).reader.untilVisible());
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
  if (!asksForBytes(p)) return read.call(file, p);
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
    attempt: (filled) =>
      readNow(file, it, filled === 0 ? p : p.subarray(filled)),
    hasMore: () => hasMore(file),
  }, { isPartial, turns, atEnd: null });
}

/**
 * Reads fresh data, which is in the page cache: a synchronous read costs a
 * fraction of a hop to another thread. After each burst the rest of the program
 * gets a turn.
 */
function* readNow(
  file: Deno.FsFile,
  it: Reading,
  p: Uint8Array,
): Operation<number> {
  const isTurn = it.burst >= BURST_BYTES;
  if (isTurn) it.burst = 0;
  const count = yield* act(
    async () => isTurn ? await read.call(file, p) : readSync.call(file, p),
    () => readSync.call(file, p),
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

function stateOf(file: Deno.FsFile): Reading {
  const it = readings.get(file);
  if (!it) throw new TypeError("Illegal invocation");
  return it;
}
