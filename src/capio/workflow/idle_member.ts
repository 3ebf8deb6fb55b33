import type { Ending } from "../journal/mod.ts";
import type { MemberJournal } from "./member_journal.ts";

/**
 * A member that uses no files of the workflow. Others see it come and go, in the
 * order of the steps. It has the journal and the lock of another member of this
 * process, and ends before that one.
 */
export class IdleMember {
  /** This member, unique for all time. */
  readonly id: string = newMemberId();
  readonly #journal: MemberJournal;

  /** Joins as an app, with the journal of its host. */
  constructor(journal: MemberJournal, app: string) {
    this.#journal = journal;
    const { id: host } = journal;
    journal.append({ event: "join", app, pid: Deno.pid, host }, this.id);
  }

  /**
   * Ends its part.
   *
   * @param why Says for people why it failed.
   */
  leave(ending: Exclude<Ending, "lost">, why?: string): void {
    const member = this.id;
    this.#journal.append({ event: "end", member, ending, why }, member);
    // Wakes those who wait for that.
    this.#journal.catchUp();
  }
}

/** Returns an id for a member of this process, unique for all time. */
export function newMemberId(): string {
  return `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
}
