import type { WorkflowFile } from "../journal/mod.ts";
import { lstatIfPresent } from "../platform/mod.ts";
import type { Workspace } from "./workspace.ts";

/** How a file is closed: as a success if nothing is said. */
interface Close {
  readonly failed?: true;
  readonly idle?: true;
}

/** A file being written, from its opening to its close, as others see it. */
export class Writing {
  readonly #workspace: Workspace;
  readonly #handle: number;
  /** The file before the first write, if it can be as it was at the close. */
  readonly #before: Deno.FileInfo | undefined;
  #isClosed = false;
  #isDeferred = false;
  /** How many child processes have the file open too. */
  #children = 0;
  /** The close that is reported once the last of them has ended. */
  #close: Close | undefined;

  /** Stands for a handle that has been reported. */
  constructor(workspace: Workspace, handle: number, before?: Deno.FileInfo) {
    this.#workspace = workspace;
    this.#handle = handle;
    this.#before = before;
  }

  /**
   * Reports that `path`, which lies in the spool, has been opened: the file
   * that was `seen` there, or a new one. Returns `undefined` when the path has
   * come to mean another file in the meantime.
   */
  static begin(
    workspace: Workspace,
    path: string,
    seen?: WorkflowFile,
    before?: Deno.FileInfo,
  ): Writing | undefined {
    const { workflow } = workspace;
    const handle = workflow.newHandle();
    workflow.append({ event: "open", path, handle, file: seen?.number });
    workflow.refresh();
    if (!workflow.heldFile(handle)) return undefined;
    return new Writing(workspace, handle, before);
  }

  /** The file, until the close is reported. */
  get file(): WorkflowFile | undefined {
    return this.#workspace.workflow.heldFile(this.#handle);
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
    const now = lstatIfPresent(folder.spool(file.path));
    return now?.ino === this.#before.ino && now.size === this.#before.size &&
      now.mtime?.getTime() === this.#before.mtime?.getTime();
  }

  /** Reports the close. After a failure the file is lost to its readers. */
  close(failed = false): void {
    this.#end(failed ? { failed } : {});
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

  #report(how: Close): void {
    const { workflow } = this.#workspace;
    // The end of the context has ended the writing of all its files.
    if (workflow.ended) return;
    // Only then somebody may have got the end of what was there before.
    const unchanged = this.file?.replaced && this.isUnchanged;
    workflow.append({
      event: "close",
      handle: this.#handle,
      ...how,
      ...(unchanged && { unchanged }),
    });
    workflow.refresh();
  }
}
