import type { Workspace } from "./workspace.ts";

/** A file being written, from its opening to its close, as others see it. */
export class Writing {
  readonly #workspace: Workspace;
  readonly #handle: number;
  #isClosed = false;
  #isDeferred = false;

  /** Reports that `path`, which lies in the spool, has been opened. */
  constructor(workspace: Workspace, path: string) {
    this.#workspace = workspace;
    this.#handle = workspace.workflow.newHandle();
    const { workflow } = workspace;
    workflow.append({ event: "open", path, handle: this.#handle });
  }

  /** Whether the close has been reported or deferred. */
  get isClosed(): boolean {
    return this.#isClosed || this.#isDeferred;
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

  #end(how: { failed?: true; idle?: true }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { workflow } = this.#workspace;
    // The end of the context has ended the writing of all its files.
    if (workflow.ended) return;
    workflow.append({ event: "close", handle: this.#handle, ...how });
    workflow.refresh();
  }
}
