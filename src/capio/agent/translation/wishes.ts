import type {
  FileChange,
  JournalEvent,
  Member,
  WorkflowFile,
  WorkflowState,
} from "../../journal/mod.ts";

/**
 * Which files of other machines this machine wants, and which of its members do.
 * It is a function of the local journal, so that an agent which takes over comes
 * to the same.
 */
export class Wishes {
  /** The members that want each file, by the file's number here. */
  readonly #members = new Map<number, Set<string>>();
  readonly #files = new Map<number, WorkflowFile>();

  /** The files that are wanted and not whole, in the order of the wishes. */
  get files(): Iterable<WorkflowFile> {
    return this.#files.values();
  }

  /** Tells whether a file is wanted. */
  has({ number }: WorkflowFile): boolean {
    return this.#files.has(number);
  }

  /**
   * Takes note of a line of the local journal.
   *
   * @param state The state after the line was folded.
   * @param changes What the line has done to files.
   */
  note(
    state: WorkflowState,
    event: JournalEvent,
    changes: readonly FileChange[],
  ): void {
    for (const { file, is } of changes) {
      // Who has it open reads it without its name.
      if (!file.home || is === "unnamed") continue;
      if (is !== "created") this.#forget(file.number);
      else if (file.kind === "file") this.#noteConsumers(state, file);
    }
    if (event.via && event.event !== "rules") return;
    switch (event.event) {
      case "await":
      case "wait":
        return this.#want(state, event.by, state.paths.get(event.path));
      case "read": {
        const file = state.replicas.get(event.file ?? -1);
        return this.#want(state, event.by, file);
      }
      case "join":
      case "rules":
        for (const file of state.replicas.values()) {
          this.#noteConsumers(state, file);
        }
        return;
      case "end":
        return this.#end(event.member);
    }
  }

  /** Has members want a file that they were waiting for. */
  want(
    state: WorkflowState,
    members: readonly string[],
    file: WorkflowFile | undefined,
  ): void {
    for (const member of members) this.#want(state, member, file);
  }

  #noteConsumers(state: WorkflowState, file: WorkflowFile): void {
    const consumers = state.engine.consumers(file.path);
    if (consumers.length === 0) return;
    for (const member of state.members.values()) {
      if (!consumers.includes(member.app)) continue;
      this.#want(state, member.id, file);
    }
  }

  #want(
    state: WorkflowState,
    id: string,
    file: WorkflowFile | undefined,
  ): void {
    if (!file || !state.replicas.has(file.number)) return;
    if (file.kind !== "file" || !isPresent(state.members.get(id))) return;
    this.#files.set(file.number, file);
    this.#members.getOrInsertComputed(file.number, () => new Set()).add(id);
  }

  #end(member: string): void {
    for (const [number, members] of this.#members) {
      if (members.delete(member) && members.size === 0) this.#forget(number);
    }
  }

  #forget(number: number): void {
    this.#files.delete(number);
    this.#members.delete(number);
  }
}

/** Tells whether a member is one of this machine that has not ended. */
function isPresent(member: Member | undefined): boolean {
  return member !== undefined && !member.ending && !member.isAgent &&
    member.machine === undefined;
}
