import { act, type Operation } from "./effects.ts";
import { readableOf } from "./file_streams.ts";
import type { WorkflowFile } from "./journal/state.ts";
import { contentReadiness, endReadiness } from "./readiness.ts";
import type { Place, Workspace } from "./workspace.ts";

/** How often to tell how far the reading has come, in ms. */
const REPORT_MILLISECONDS = 250;
/** Bytes to read without giving the rest of the program a turn. */
const BURST_BYTES = 4 * 1024 * 1024;

/** A file that is read while it is written. */
interface Awaited {
  readonly workspace: Workspace;
  readonly entry: WorkflowFile;
  readonly place: Place;
  readonly closing: AbortController;
  /** Bytes read so far. */
  bytes: number;
  /** When the first of them came. */
  first: number;
  reported: number;
  burst: number;
}

const awaited = new WeakMap<Deno.FsFile, Awaited>();
const { read, readSync, seekSync, statSync } = Deno.FsFile.prototype;

/** Makes `file` wait at its end until the file behind it is committed. */
export function awaitFile(
  file: Deno.FsFile,
  workspace: Workspace,
  entry: WorkflowFile,
  place: Place,
): Deno.FsFile {
  awaited.set(file, {
    workspace,
    entry,
    place,
    closing: new AbortController(),
    bytes: 0,
    first: 0,
    reported: 0,
    burst: 0,
  });
  return Object.setPrototypeOf(file, AwaitedFile.prototype);
}

/**
 * A `Deno.FsFile` that another member may still be writing. Instances are
 * original files that get this prototype: the class of the runtime cannot be
 * constructed.
 */
class AwaitedFile extends Deno.FsFile {
  override read(p: Uint8Array): Promise<number | null> {
    if (p.length === 0) return super.read(p);
    const { workspace } = stateOf(this);
    return workspace.run(readSome(this, p));
  }

  override readSync(p: Uint8Array): number | null {
    if (p.length === 0) return super.readSync(p);
    const { workspace } = stateOf(this);
    return workspace.runSync(readSome(this, p));
  }

  override async seek(
    offset: number | bigint,
    whence: Deno.SeekMode,
  ): Promise<number> {
    if (whence === Deno.SeekMode.End) await sizeReady(this);
    return await super.seek(offset, whence);
  }

  override seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    if (whence === Deno.SeekMode.End) sizeReadySync(this);
    return super.seekSync(offset, whence);
  }

  override async stat(): Promise<Deno.FileInfo> {
    await sizeReady(this);
    return await super.stat();
  }

  override statSync(): Deno.FileInfo {
    sizeReadySync(this);
    return super.statSync();
  }

  override close(): void {
    super.close();
    const it = stateOf(this);
    it.closing.abort(new Deno.errors.BadResource("Bad resource ID"));
    if (it.bytes > 0) report(it);
  }

  override [Symbol.dispose](): void {
    if (!stateOf(this).closing.signal.aborted) this.close();
  }
}

// The runtime has an accessor where its declarations say property.
Object.defineProperty(AwaitedFile.prototype, "readable", {
  get(this: Deno.FsFile) {
    return readableOf(this);
  },
});

// Not private methods: an original file does not have them.
function sizeReady(file: Deno.FsFile): Promise<void> {
  return stateOf(file).workspace.run(untilVisible(stateOf(file)));
}

function sizeReadySync(file: Deno.FsFile): void {
  stateOf(file).workspace.runSync(untilVisible(stateOf(file)));
}

/** Reads what is there, or waits until something is or the file is whole. */
function* readSome(file: Deno.FsFile, p: Uint8Array): Operation<number | null> {
  const it = stateOf(file);
  yield* untilVisible(it);
  for (;;) {
    // Asked before the read: what was written before a commit is then seen.
    const end = endReadiness(it.workspace.state, asker(it), it.entry, it.bytes);
    const count = yield* readNow(file, it, p);
    if (count) return noteRead(it, count);
    if (end.type === "refuse") throw end.error;
    if (end.type === "go") return finish(it);
    yield* it.workspace.until(it.place, (state) => {
      const end = endReadiness(state, asker(it), it.entry, it.bytes);
      return end.type === "wait" && !hasMore(file) ? end : { type: "go" };
    }, it.closing.signal);
  }
}

function hasMore(file: Deno.FsFile): boolean {
  const position = seekSync.call(file, 0, Deno.SeekMode.Current);
  return statSync.call(file).size > position;
}

/**
 * Fresh data is in the page cache, where a synchronous read costs a fraction
 * of a hop to another thread. Now and then the others get their turn.
 */
function readNow(
  file: Deno.FsFile,
  it: Awaited,
  p: Uint8Array,
): Operation<number | null> {
  return act(
    async () => {
      if (it.burst < BURST_BYTES) return readSync.call(file, p);
      it.burst = 0;
      return await read.call(file, p);
    },
    () => readSync.call(file, p),
  );
}

function* untilVisible(it: Awaited): Operation<void> {
  if (it.entry.phase !== "open") return;
  yield* it.workspace.until(
    it.place,
    (state) => contentReadiness(state, asker(it), it.entry),
    it.closing.signal,
  );
}

function asker(it: Awaited) {
  return it.workspace.workflow;
}

function noteRead(it: Awaited, count: number): number {
  const now = Date.now();
  if (it.bytes === 0) it.first = now;
  it.bytes += count;
  it.burst += count;
  if (it.reported === 0) it.reported = now;
  else if (Math.abs(now - it.reported) > REPORT_MILLISECONDS) report(it);
  return count;
}

function finish(it: Awaited): null {
  report(it);
  return null;
}

function report(it: Awaited): void {
  it.reported = Date.now();
  if (it.workspace.workflow.ended) return;
  const { place: { path }, first, bytes } = it;
  it.workspace.workflow.append({ event: "read", path, first, bytes });
}

function stateOf(file: Deno.FsFile): Awaited {
  const it = awaited.get(file);
  if (!it) throw new TypeError("Illegal invocation");
  return it;
}
