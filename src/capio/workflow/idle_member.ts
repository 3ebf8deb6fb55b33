import type { Ending } from "../journal/mod.ts";
import { FileLock } from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/**
 * A member that uses no files of the workflow. Others see it come and go, in the
 * order of the steps. It has the journal of another member of this process, and
 * ends before that one.
 */
export class IdleMember {
  readonly #id: string;
  readonly #folder: WorkflowFolder;
  readonly #journal: MemberJournal;
  readonly #lock: FileLock;

  constructor(folder: WorkflowFolder, journal: MemberJournal, app: string) {
    this.#id = newMemberId();
    this.#folder = folder;
    this.#journal = journal;
    const own = folder.memberLock(this.#id);
    this.#lock = FileLock.acquire(own, folder.check, { isNew: true });
    journal.append({ event: "join", app, pid: Deno.pid }, this.#id);
  }

  /**
   * Ends its part.
   *
   * @param why Says for people why it failed.
   */
  leave(ending: Exclude<Ending, "lost">, why?: string): void {
    using _ = this.#lock;
    const member = this.#id;
    this.#journal.append({ event: "end", member, ending, why }, member);
    this.#folder.forgetMember(member);
  }
}

/** Returns an id for a member of this process, unique for all time. */
export function newMemberId(): string {
  return `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
}
