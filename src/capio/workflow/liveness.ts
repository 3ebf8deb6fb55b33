import type { Ending, Member } from "../journal/mod.ts";
import { FileLock, steadyClock, SynchronousSleep } from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** How long a terminated worker may take to end, in ms. */
const WORKERS_END_MILLISECONDS = 1000;

/** How many other members one looks at often. */
const NEIGHBOURS = 3;

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
    for (const { id, host } of this.#others()) {
      if (this.#isAlive(host ?? id)) continue;
      // It may have reported its end since the journal was last read.
      const member = journal.catchUp().members.get(id);
      if (!member || member.ending) continue;
      journal.append({ event: "end", member: id, ending: this.#endingOf(id) });
    }
    this.#refresh();
  }

  /**
   * The same if one of the few has died that joined next after this member, the
   * first ones after the last. So every member is looked at often where many
   * wait, and none of these looks at many.
   */
  reportLostNeighbours(): void {
    const others = this.#others().filter(({ host }) => host === undefined);
    const { members } = this.#journal.state;
    const { came = 0 } = members.get(this.#journal.id) ?? {};
    const later = others.filter((it) => it.came > came);
    const isLost = [...later, ...others].slice(0, NEIGHBOURS)
      .some(({ id }) => !this.#isAlive(id));
    if (isLost) this.reportLost();
  }

  /** The members that take part, without this one and those that use its lock. */
  #others(): Member[] {
    const { id: own } = this.#journal;
    return [...this.#journal.catchUp().members.values()]
      .filter(({ id, ending, host, machine }) =>
        !ending && id !== own && host !== own && machine === undefined
      );
  }

  #isAlive(id: string): boolean {
    return FileLock.isHeld(this.#folder.memberLock(id));
  }

  /**
   * Returns how a member ended that did not report it. A worker that its program
   * stops after it has closed its files has finished them, as it would outside.
   */
  #endingOf(id: string): Ending {
    const { members } = this.#journal.state;
    const worker = members.get(id);
    if (!worker?.isWorker && !worker?.isThread) return "lost";
    if (this.#isHolding(id)) return "lost";
    const hasProgram = members.values().some((it) => {
      if (it.isWorker || it.isThread || it.machine !== undefined) return false;
      if (it.pid !== worker.pid || it.app !== worker.app) return false;
      return it.ending === undefined
        ? FileLock.isHeld(this.#folder.memberLock(it.id))
        : it.ending === "left";
    });
    return hasProgram ? "left" : "lost";
  }

  /** Returns whether a member has a file open for writing. */
  #isHolding(id: string): boolean {
    return this.#journal.state.handles.keys()
      .some((handle) => handle.startsWith(`${id}/`));
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
    const deadline = steadyClock() + WORKERS_END_MILLISECONDS;
    this.reportLost();
    // The lock of a worker just terminated is dropped within moments.
    while (this.#countGone() < gone && this.#countRunning() > 0) {
      if (steadyClock() > deadline) break;
      sleep.sleep();
      this.reportLost();
    }
    // A worker that is still there may be one that terminating does not end.
    const isUnsure = this.#countGone() < gone;
    for (const { id: member, ending, isThread } of this.#workersHere()) {
      if (ending) continue;
      // A thread of Node ends with its program, in the middle of its work.
      const hasFailed = failed ||
        (isThread ? this.#isHolding(member) : isUnsure);
      this.#journal.append({
        event: "end",
        member,
        ending: hasFailed ? "failed" : "left",
      });
    }
  }

  /** Counts this process's workers that did not end by themselves. */
  #countGone(): number {
    return this.#workersHere()
      .filter((it) => it.isWorker && it.isReported).length;
  }

  #countRunning(): number {
    return this.#workersHere()
      .filter((it) => it.isWorker && !it.ending).length;
  }

  #workersHere(): Member[] {
    return [...this.#journal.state.members.values()].filter((it) =>
      (it.isWorker || it.isThread) && it.pid === Deno.pid &&
      it.app === this.#app && it.machine === undefined
    );
  }
}
