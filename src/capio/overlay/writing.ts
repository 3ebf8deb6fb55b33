import type { WorkflowFile } from "../journal/mod.ts";
import { isDiskFull, lstatIfPresent, steadyClock } from "../platform/mod.ts";
import { conflictOf, spoolOf } from "../workflow/mod.ts";
import type { Workspace } from "./workspace.ts";

/** How a file is closed: as a success if nothing is said. */
interface Close {
  readonly failed?: true;
  readonly why?: string;
  readonly idle?: true;
}

/** Time between two reports of what was overwritten, in ms. */
const REPORT_MILLISECONDS = 250;

/** What is known of a file that is opened for writing. */
export interface WritingOptions {
  /** The file before the first write, if it can be as it was at the close. */
  readonly before?: Deno.FileInfo;
  /** Whether each write is made at the end. */
  readonly appends?: boolean;
  /** Whether the opening makes it empty. */
  readonly truncates?: boolean;
  /** The same file under its other names, which are closed with this one. */
  readonly linked?: readonly Writing[];
}

/** A file being written, from its opening to its close, as others see it. */
export class Writing {
  readonly #workspace: Workspace;
  readonly #handle: number;
  /** Whether each write is made at the end. */
  readonly appends: boolean;
  /** Whether the opening leaves the file as it is. */
  readonly #keeps: boolean;
  readonly #before: Deno.FileInfo | undefined;
  /** Bytes that were written without a position, as far as it was noted. */
  #written = 0;
  /** The lowest offset that was overwritten since the last report. */
  #overwritten: number | undefined;
  /** When that was reported last. */
  #reported = -Infinity;
  readonly #linked: readonly Writing[];
  #isClosed = false;
  #isDeferred = false;
  /** How many child processes have the file open too. */
  #children = 0;
  /** The close that is reported once the last of them has ended. */
  #close: Close | undefined;

  /** Stands for a handle that has been reported. */
  constructor(
    workspace: Workspace,
    handle: number,
    { before, appends = false, truncates = false, linked = [] }:
      WritingOptions = {},
  ) {
    this.#workspace = workspace;
    this.#handle = handle;
    this.#before = before;
    this.appends = appends;
    this.#keeps = !truncates;
    this.#linked = linked;
  }

  /**
   * Reports that `path`, which lies at `location` in a spool, has been opened:
   * the file that was `seen` there, or a new one. Returns `undefined` when the
   * path has come to mean another file in the meantime.
   */
  static begin(
    workspace: Workspace,
    path: string,
    location: string,
    seen?: WorkflowFile,
    options?: WritingOptions,
  ): Writing | undefined {
    const { workflow, folder } = workspace;
    const handle = workflow.newHandle();
    workflow.tell({
      event: "open",
      path,
      handle,
      file: seen?.number,
      ...(options?.truncates && options.before?.size && { anew: true }),
      ...(!seen && folder.spoolField(location)),
    });
    if (!workflow.heldFile(handle)) return undefined;
    return new Writing(workspace, handle, options);
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /** Bytes that the file had before the opening. */
  get sizeBefore(): number {
    return this.#before?.size ?? 0;
  }

  /** Bytes that a write at the first position would replace. */
  get sizeAtStart(): number {
    return this.appends || !this.#keeps ? 0 : this.sizeBefore;
  }

  /**
   * Takes note that bytes below the end of the file were replaced, from this
   * offset on: others may have read what was there. It is called after the
   * write, so that a reader who knows of it reads what was written.
   */
  overwrote(offset: number): void {
    this.#overwritten = Math.min(offset, this.#overwritten ?? offset);
    const isDue = steadyClock() - this.#reported > REPORT_MILLISECONDS;
    if (isDue) this.#reportOverwritten();
  }

  /** Takes note of a write of so many bytes that had no position of its own. */
  wrote(count: number): void {
    // The position is at least as high: reads move it, too.
    if (this.#written < this.sizeAtStart) this.overwrote(this.#written);
    this.#written += count;
  }

  /** The file, until the close is reported. */
  get file(): WorkflowFile | undefined {
    return this.#workspace.workflow.heldFile(this.#handle);
  }

  /** Says in an error of a write which directory in memory is full. */
  explained(error: unknown): unknown {
    const { memory } = this.#workspace.folder;
    const isExplained = error instanceof Error && isDiskFull(error);
    if (isExplained && memory && this.file?.isInMemory) {
      error.message += `: the memoryDir "${memory.memoryDir}" is full`;
    }
    return error;
  }

  /** Whether the close has been reported or deferred. */
  get isClosed(): boolean {
    return this.#isClosed || this.#isDeferred;
  }

  /** Whether nothing has been written to the file since the opening. */
  get isUnchanged(): boolean {
    const { file } = this;
    if (!this.#before || !file) return false;
    const { folder } = this.#workspace;
    const now = lstatIfPresent(folder.spool(file.path, spoolOf(file)));
    return now?.ino === this.#before.ino && now.size === this.#before.size &&
      now.mtime?.getTime() === this.#before.mtime?.getTime();
  }

  /** Reports the close. After a failure the file is lost to its readers. */
  close(failed = false): void {
    this.#end(failed ? { failed } : {});
  }

  /** Reports that the file is lost to its readers, and why. */
  lose(why: string): void {
    this.#end({ failed: true, why });
  }

  /** Reports the close of a file that has not been changed. */
  withdraw(): void {
    this.#end({ idle: true });
  }

  /** Reports the close once the program goes on. */
  deferClose(): void {
    if (this.isClosed) return;
    this.#isDeferred = true;
    this.#workspace.deferredCloses.defer(() => this.close());
  }

  /**
   * Shares the open file with a child process. The close is reported once the
   * result has been called, too.
   */
  share(): () => void {
    this.#children++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#children === 0 && this.#close) this.#report(this.#close);
    };
  }

  #end(how: Close): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#children > 0 && !how.failed) this.#close = how;
    else this.#report(how);
  }

  #reportOverwritten(): void {
    const offset = this.#overwritten;
    const { workflow } = this.#workspace;
    if (offset === undefined || workflow.ended) return;
    this.#overwritten = undefined;
    this.#reported = steadyClock();
    workflow.note({ event: "rewrite", handle: this.#handle, offset });
  }

  #report(how: Close): void {
    for (const it of this.#linked) it.#end(how);
    const { workflow } = this.#workspace;
    // The end of the context has ended the writing of all its files.
    if (workflow.ended) return;
    this.#reportOverwritten();
    // Only then somebody may have got the end of what was there before.
    const { file } = this;
    const unchanged = file?.replaced && this.isUnchanged;
    workflow.tellClose({
      event: "close",
      handle: this.#handle,
      ...how,
      ...(unchanged && { unchanged }),
    });
    this.#workspace.warnOfSizes();
    const isGivenUp = how.failed || how.idle;
    if (file?.lostTo !== undefined && !isGivenUp) throw conflictOf(file);
  }
}
