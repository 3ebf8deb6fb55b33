import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";
import {
  isAbsence,
  type Operation,
  wallClock,
  type WatchedFile,
} from "../platform/mod.ts";
import {
  contentReadiness,
  endReadiness,
  isProducer,
  sizeReadiness,
  type Verdict,
} from "../workflow/mod.ts";
import type { Place } from "./place.ts";
import type { FileIdentity, ReadHandle } from "./read_handles.ts";
import type { Turns } from "./turns.ts";
import { View } from "./view.ts";
import type { Workspace } from "./workspace.ts";

/** Time between two reports of the progress, in ms. */
const REPORT_MILLISECONDS = 250;

/** The open file of a reader. */
export interface ReadSource {
  /** Returns what tells the open file from any other; it throws once closed. */
  identify(): FileIdentity;
  /**
   * Opens the file that lies at a location, and goes on there at its position.
   *
   * @param isUnread Whether nothing was read before.
   */
  goOnIn(location: string, isUnread: boolean): void;
}

/** A read of at least one byte into a buffer. */
export interface BufferRead {
  /** Size of the buffer in bytes. */
  readonly size: number;
  /** Where it reads; left out, at the position of the file. */
  readonly position?: number;
  /**
   * Reads without waiting, and returns the number of bytes.
   *
   * @param filled Bytes that the buffer has already.
   */
  attempt(filled: number): Operation<number>;
  /** Tells whether another attempt would read some. */
  hasMore(filled: number): boolean;
}

/** Options of {@linkcode GrowingFileReader.read}. */
export interface BufferReadOptions<End> {
  /**
   * Whether the read waits for one byte only, and not until the buffer is full.
   */
  readonly isPartial: boolean;
  /** The result at the end of the file. */
  readonly atEnd: End;
  /** The turns that the read takes part in. */
  readonly turns?: Turns;
  /** Ends the wait: the read then ends as at the end of the file. */
  readonly signal?: AbortSignal;
}

const GO: Verdict = { type: "go" };

/** Reads a file that another member may still be writing. */
export class GrowingFileReader implements ReadHandle {
  readonly workspace: Workspace;
  readonly #source: ReadSource;
  #entry: WorkflowFile;
  /** Whether the program knows nothing of the file yet. */
  #isUntouched = true;
  /** The position of the file, as far as its reads and moves tell. */
  #position = 0;
  /** The position after the latest read. */
  #next = 0;
  /** Whether a read began elsewhere than where the one before ended. */
  #hasSought = false;
  #readTo = 0;
  /** The same, of what was read since the last report. */
  #unreported = 0;
  /** How many rewrites of the file were known when that was read. */
  #rewrites: number;
  readonly #place: Place;
  readonly #closing = new AbortController();
  /** The file as it is watched while a read waits, and its name. */
  #watchedFile: WatchedFile | undefined;
  #watchedPath = "";
  /** The signal of the latest stream that has read, and it or the close. */
  #streamSignal: AbortSignal | undefined;
  #anySignal = this.#closing.signal;
  #bytes = 0;
  /** When the first bytes came, Unix time in milliseconds. */
  #first = 0;
  #reported = 0;

  constructor(
    workspace: Workspace,
    entry: WorkflowFile,
    place: Place,
    source: ReadSource,
  ) {
    this.workspace = workspace;
    this.#entry = entry;
    this.#rewrites = rewritesOf(entry);
    this.#place = place;
    this.#source = source;
    workspace.toldSizes.opened(this);
    workspace.readHandles.add(this);
  }

  identify(): FileIdentity {
    return this.#source.identify();
  }

  goOnIn(location: string, copy: WorkflowFile): void {
    this.#source.goOnIn(location, false);
    this.#entry = copy;
    this.#rewrites = rewritesOf(copy);
    this.workspace.readHandles.add(this);
  }

  /** The file that is read. */
  get entry(): WorkflowFile {
    return this.#entry;
  }

  /** The position after the last byte that was read. */
  get readTo(): number {
    return this.#readTo;
  }

  /** Takes note that the program has moved to a position. */
  movedTo(position: number): void {
    this.#position = position;
  }

  /** Takes note that the program was told the present size. */
  toldSize(size: number): void {
    this.#isUntouched = false;
    if (this.#entry.phase === "open") {
      this.workspace.toldSizes.tell(this.#entry, size);
    }
    if (this.workspace.workflow.state.isObserved) {
      this.workspace.toldSizes.observe(this.#entry, size);
    }
  }

  /** Whether {@linkcode GrowingFileReader.close} has been called. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Fills the buffer, or meets the end of the file, and returns the number of
   * bytes. A failure after the first bytes is left to the next read.
   */
  *read<End>(
    { size, position, attempt, hasMore }: BufferRead,
    { isPartial, atEnd, turns, signal }: BufferReadOptions<End>,
  ): Operation<number | End> {
    let filled = 0;
    turns?.begin();
    try {
      this.#closing.signal.throwIfAborted();
      yield* this.untilVisible(signal);
      while (!signal?.aborted) {
        // Before the read, so that it sees all that was written before a commit.
        const end = this.#end(this.workspace.state);
        if (rewritesOf(this.#entry) !== this.#rewrites) this.#noteRewrites();
        const count = yield* attempt(filled);
        if (count > 0) {
          this.#isUntouched = false;
          this.#note(count);
          this.#advance(
            count,
            position === undefined ? undefined : position + filled,
          );
          filled += count;
          if (filled === size || isPartial) break;
          continue;
        }
        if (end.type === "refuse") {
          if (this.#goOnInPresent()) {
            yield* this.untilVisible(signal);
            continue;
          }
          if (this.#bytes > 0) this.#report();
          throw end.error;
        }
        if (end.type === "go") {
          const isWhole = this.#entry.phase === "committed";
          if (isWhole) this.workspace.toldSizes.readWhole(this.#entry);
          this.#report(isWhole);
          break;
        }
        yield* this.#untilMore(() => hasMore(filled), signal);
        if (this.#goOnInPresent()) yield* this.untilVisible(signal);
      }
    } catch (error) {
      if (filled === 0 && !signal?.aborted) throw error;
    } finally {
      turns?.end();
    }
    return filled === 0 ? atEnd : filled;
  }

  /**
   * Waits until the reader may see the size of the file.
   *
   * @throws {CapioError} `WRITER_LOST` if it has no final one, and should.
   */
  *untilSized(): Operation<void> {
    yield* this.untilVisible();
    const { state, workflow } = this.workspace;
    const verdict = sizeReadiness(state, workflow, this.#entry);
    if (verdict.type === "refuse") throw verdict.error;
  }

  /** Waits until the reader may see the contents of the file. */
  *untilVisible(signal?: AbortSignal): Operation<void> {
    const { workspace } = this;
    this.#goOnInPresent();
    do {
      const { phase, isDiscarded } = this.#entry;
      if (phase !== "open" && !isDiscarded) return;
      // Most reads need no wait.
      if (this.#visibility(workspace.state).type === "go") continue;
      yield* workspace.until(
        this.#place,
        (state) => this.#visibility(state),
        this.#closingOr(signal),
        { file: this.#entry },
      );
    } while (this.#goOnInPresent());
  }

  #visibility(state: WorkflowState): Verdict {
    const { workflow } = this.workspace;
    return this.#present(state)
      ? GO
      : contentReadiness(state, workflow, this.#entry);
  }

  /** Waits until the file is complete. */
  *untilWhole(sizeNow: () => number): Operation<void> {
    const { workspace } = this;
    do {
      yield* workspace.until(
        this.#place,
        (state) =>
          this.#present(state) ? GO : endReadiness(
            state,
            workspace.workflow,
            this.#entry,
            sizeNow,
          ),
        this.#closing.signal,
        { file: this.#entry },
      );
    } while (this.#goOnInPresent());
    this.#isUntouched = false;
    workspace.toldSizes.readWhole(this.#entry);
    const { phase, number } = this.#entry;
    if (phase !== "committed" || workspace.workflow.ended) return;
    const { path } = this.#place;
    workspace.workflow.note({ event: "input", path, file: number });
  }

  /** Ends all waits with an error. */
  close(): void {
    if (this.isClosed) return;
    this.#closing.abort(new Deno.errors.BadResource("Bad resource ID"));
    if (this.#bytes > 0) this.#report();
    this.workspace.toldSizes.closed(this);
    this.workspace.readHandles.delete(this);
  }

  /**
   * Goes on in the file that has the name now, if the program knows nothing yet
   * of the one that had it; returns whether it has done so. One after the other,
   * the program would have opened that file.
   */
  #goOnInPresent(): boolean {
    if (!this.#isUntouched) return false;
    const { workspace } = this;
    const { path } = this.#place;
    const before = this.#entry;
    for (let isSecondTry = false;;) {
      const present = this.#present(workspace.state);
      if (!present) return this.#entry !== before;
      try {
        this.#source.goOnIn(workspace.trees.locate(path), true);
        isSecondTry = false;
      } catch (error) {
        // A member may publish or move the file at that very moment.
        if (isSecondTry || !isAbsence(error)) throw error;
        isSecondTry = true;
        workspace.trees.isThere(path);
        continue;
      }
      // Otherwise the open file may be the next one of that name.
      if (workspace.state.paths.get(path) !== present) continue;
      this.#entry = present;
      this.#rewrites = rewritesOf(present);
    }
  }

  /** Returns another file that has the name now, for an untouched reader. */
  #present(state: WorkflowState): WorkflowFile | undefined {
    if (!this.#isUntouched) return undefined;
    const { workflow } = this.workspace;
    const { path } = this.#place;
    if (state.paths.get(path) === this.#entry) return undefined;
    const present = new View(this.workspace).fileAt(path, state);
    if (present?.kind !== "file" || present === this.#entry) return undefined;
    // What the member does to the name itself, it does to its handle outside.
    const isOwn = present.namedBy === workflow.id ||
      isProducer(state, workflow, this.#entry);
    return isOwn ? undefined : present;
  }

  *#untilMore(
    hasMore: () => boolean,
    signal: AbortSignal | undefined,
  ): Operation<void> {
    yield* this.workspace.until(
      this.#place,
      (state) => {
        if (this.#present(state)) return GO;
        if (rewritesOf(this.#entry) !== this.#rewrites) return GO;
        const end = this.#end(state);
        return end.type === "wait" && !hasMore() ? end : GO;
      },
      this.#closingOr(signal),
      { file: this.#entry, growth: { file: () => this.#watched, hasMore } },
    );
  }

  /** The file as it is watched while a read waits. */
  get #watched(): WatchedFile | undefined {
    const { path, number, unlinked } = this.#entry;
    if (unlinked) return undefined;
    if (this.#watchedPath !== path || this.#watchedFile?.number !== number) {
      this.#watchedPath = path;
      const location = this.workspace.trees.whereIs(path);
      this.#watchedFile = { location, number };
    }
    return this.#watchedFile;
  }

  /** The signal that ends a wait. One for a stream is made once. */
  #closingOr(signal: AbortSignal | undefined): AbortSignal {
    const closing = this.#closing.signal;
    if (!signal) return closing;
    if (this.#streamSignal !== signal) {
      this.#streamSignal = signal;
      this.#anySignal = AbortSignal.any([closing, signal]);
    }
    return this.#anySignal;
  }

  #end(state: WorkflowState): Verdict {
    const { workflow } = this.workspace;
    return endReadiness(state, workflow, this.#entry, () => this.#bytes);
  }

  /** Reports what was read before a rewrite. */
  #noteRewrites(): void {
    if (this.#unreported > 0) this.#report();
    this.#rewrites = rewritesOf(this.#entry);
  }

  /** Reports how far the file was read, at the end of the member. */
  end(): void {
    if (this.#unreported > 0) this.#report();
  }

  #advance(count: number, position: number | undefined): void {
    const start = position ?? this.#position;
    const end = start + count;
    if (start !== this.#next) this.#hasSought = true;
    this.#next = end;
    if (position === undefined) this.#position = end;
    if (end > this.#readTo) this.#readTo = end;
    if (end > this.#unreported) this.#unreported = end;
  }

  #note(count: number): void {
    const now = wallClock();
    if (this.#bytes === 0) this.#first = now;
    this.#bytes += count;
    if (this.#reported === 0) this.#reported = now;
    else if (Math.abs(now - this.#reported) > REPORT_MILLISECONDS) {
      this.#report();
    }
  }

  #report(isAtEnd = false): void {
    this.#reported = wallClock();
    const { workflow } = this.workspace;
    if (workflow.ended) return;
    workflow.note({
      event: "read",
      path: this.#place.path,
      first: this.#first,
      bytes: this.#bytes,
      file: this.#entry.number,
      ...(this.#unreported > 0 && { to: this.#unreported }),
      ...(this.#rewrites > 0 && { rewrites: this.#rewrites }),
      ...(isAtEnd && { end: this.#entry.number }),
      ...(this.#hasSought && workflow.state.isObserved && { sought: true }),
    });
    this.#unreported = 0;
  }
}

function rewritesOf({ overwriteCount = 0 }: WorkflowFile): number {
  return overwriteCount;
}
