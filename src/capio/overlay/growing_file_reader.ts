import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";
import type { Operation } from "../platform/mod.ts";
import {
  contentReadiness,
  endReadiness,
  type Verdict,
} from "../workflow/mod.ts";
import type { Place } from "./place.ts";
import type { Workspace } from "./workspace.ts";

/** Time between two reports of the progress, in ms. */
const REPORT_MILLISECONDS = 250;

/** Reads a file that another member may still be writing. */
export class GrowingFileReader {
  readonly workspace: Workspace;
  readonly #entry: WorkflowFile;
  readonly #place: Place;
  readonly #closing = new AbortController();
  #isInterrupted = false;
  #bytes = 0;
  /** When the first bytes came, Unix time in milliseconds. */
  #first = 0;
  #reported = 0;

  constructor(workspace: Workspace, entry: WorkflowFile, place: Place) {
    this.workspace = workspace;
    this.#entry = entry;
    this.#place = place;
  }

  /** Whether {@linkcode GrowingFileReader.close} has been called. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Reads the bytes that are there, or waits for some or for the end.
   *
   * `attempt` reads without waiting, `sizeOf` returns the number of bytes of an
   * attempt, and `hasMore` whether another attempt would read some.
   */
  *read<T>(
    attempt: () => Operation<T>,
    sizeOf: (result: T) => number,
    hasMore: () => boolean,
  ): Operation<T> {
    yield* this.untilVisible();
    for (;;) {
      // Before the read, so that it sees all that was written before a commit.
      const end = this.#end(this.workspace.state);
      const result = yield* attempt();
      const count = sizeOf(result);
      if (count > 0) {
        this.#note(count);
        return result;
      }
      if (end.type === "refuse") throw end.error;
      if (end.type === "go") this.#report(this.#entry.phase === "committed");
      if (end.type === "go" || this.#isInterrupted) return result;
      yield* this.#untilMore(hasMore);
    }
  }

  /** Waits until the reader may see the size of the file. */
  *untilVisible(): Operation<void> {
    const { workspace } = this;
    if (this.#entry.phase !== "open") return;
    yield* workspace.until(
      this.#place,
      (state) => contentReadiness(state, workspace.workflow, this.#entry),
      this.#closing.signal,
      this.#entry,
    );
  }

  /** Waits until the file is complete. */
  *untilWhole(sizeNow: () => number): Operation<void> {
    const { workspace } = this;
    yield* workspace.until(
      this.#place,
      (state) => endReadiness(state, workspace.workflow, this.#entry, sizeNow),
      this.#closing.signal,
      this.#entry,
    );
    const { phase, number } = this.#entry;
    if (phase !== "committed" || workspace.workflow.ended) return;
    const { path } = this.#place;
    workspace.workflow.note({ event: "input", path, file: number });
  }

  /** Ends all waits; a read that waits for bytes ends as at the end. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.close();
  }

  /** Ends all waits with an error. */
  close(): void {
    if (this.isClosed) return;
    this.#closing.abort(new Deno.errors.BadResource("Bad resource ID"));
    if (this.#bytes > 0) this.#report();
  }

  *#untilMore(hasMore: () => boolean): Operation<void> {
    try {
      yield* this.workspace.until(
        this.#place,
        (state) => {
          const end = this.#end(state);
          return end.type === "wait" && !hasMore() ? end : { type: "go" };
        },
        this.#closing.signal,
        this.#entry,
      );
    } catch (error) {
      if (!this.#isInterrupted) throw error;
    }
  }

  #end(state: WorkflowState): Verdict {
    const { workflow } = this.workspace;
    return endReadiness(state, workflow, this.#entry, () => this.#bytes);
  }

  #note(count: number): void {
    const now = Date.now();
    if (this.#bytes === 0) this.#first = now;
    this.#bytes += count;
    if (this.#reported === 0) this.#reported = now;
    else if (Math.abs(now - this.#reported) > REPORT_MILLISECONDS) {
      this.#report();
    }
  }

  #report(isAtEnd = false): void {
    this.#reported = Date.now();
    const { workflow } = this.workspace;
    if (workflow.ended) return;
    workflow.note({
      event: "read",
      path: this.#place.path,
      first: this.#first,
      bytes: this.#bytes,
      ...(isAtEnd && { end: this.#entry.number }),
    });
  }
}
