import type { Ending, Member } from "../journal/mod.ts";
import { FileLock, SynchronousSleep } from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** How long a terminated worker may take to end, in ms. */
const WORKERS_END_MILLISECONDS = 1000;

/** Reports the members that end without reporting it themselves. */
export class Liveness {
  readonly #folder: WorkflowFolder;
  readonly #journal: MemberJournal;
  readonly #app: string;
  readonly #refresh: () => void;

  /**
   * Reports as a member of `app`, and calls `refresh` after it has looked, for
   * the end of a member may commit files.
   */
  constructor(
    folder: WorkflowFolder,
    journal: MemberJournal,
    app: string,
    refresh: () => void,
  ) {
    this.#folder = folder;
    this.#journal = journal;
    this.#app = app;
    this.#refresh = refresh;
  }

  /** Reports the members that have died: their lock is free. */
  reportLost(): void {
    const journal = this.#journal;
    for (const { id, ending } of journal.catchUp().members.values()) {
      if (ending || id === journal.id) continue;
      if (FileLock.isHeld(this.#folder.memberLock(id))) continue;
      // It may have reported its end since the journal was last read.
      if (journal.catchUp().members.get(id)?.ending) continue;
      journal.append({ event: "end", member: id, ending: "lost" });
    }
    this.#refresh();
  }

  /**
   * Ends the membership of this process's workers that are still at work.
   *
   * @param options.failed Whether the process itself failed.
   * @param options.gone How many of its workers ended before their time: what
   * these wrote is lost.
   */
  endWorkers({ failed, gone }: { failed: boolean; gone: number }): void {
    const sleep = new SynchronousSleep();
    const deadline = performance.now() + WORKERS_END_MILLISECONDS;
    this.reportLost();
    // The lock of a worker just terminated is dropped within moments.
    while (this.#countWorkers("lost") < gone && this.#countWorkers() > 0) {
      if (performance.now() > deadline) break;
      sleep.sleep();
      this.reportLost();
    }
    // A worker that is still there may be one that terminating does not end.
    const isUnsure = this.#countWorkers("lost") < gone;
    const ending = failed || isUnsure ? "failed" : "left";
    for (const member of this.#journal.state.members.values()) {
      if (!this.#isWorkerHere(member) || member.ending) continue;
      this.#journal.append({ event: "end", member: member.id, ending });
    }
  }

  /** Counts this process's workers with this ending, or without any. */
  #countWorkers(ending?: Ending): number {
    return [...this.#journal.state.members.values()]
      .filter((it) => this.#isWorkerHere(it) && it.ending === ending).length;
  }

  #isWorkerHere({ isWorker, pid, app }: Member): boolean {
    return isWorker && pid === Deno.pid && app === this.#app;
  }
}
