import type { Workspace } from "./workspace.ts";

/** The writing of a file, from its opening to its close, as others see it. */
export class Writing {
  readonly #workspace: Workspace;
  readonly #handle: number;
  #isClosed = false;
  #isHeld = false;

  /** Tells the others that `path`, which lies in the spool, is being written. */
  constructor(workspace: Workspace, path: string) {
    this.#workspace = workspace;
    this.#handle = workspace.workflow.newHandle();
    const { workflow } = workspace;
    workflow.append({ event: "open", path, handle: this.#handle });
  }

  /** Whether the close has been reported, or is going to be. */
  get isClosed(): boolean {
    return this.#isClosed || this.#isHeld;
  }

  /** Reports the close. A writing that `failed` is lost to its readers. */
  close(failed = false): void {
    this.#end(failed ? { failed } : {});
  }

  /** Reports the close of what has been left as it was. */
  withdraw(): void {
    this.#end({ idle: true });
  }

  /** Reports the close once the program is seen to go on. */
  closeIfContinued(): void {
    if (this.isClosed) return;
    this.#isHeld = true;
    this.#workspace.deferredCloses.hold(() => this.close());
  }

  #end(how: { failed?: true; idle?: true }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { workflow } = this.#workspace;
    // The context is over, and with it what this file was to the others.
    if (workflow.ended) return;
    workflow.append({ event: "close", handle: this.#handle, ...how });
    workflow.refresh();
  }
}
