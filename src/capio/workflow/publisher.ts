import type { WorkflowFile } from "../journal/mod.ts";
import type { FileLock, LockHolder, LockWait } from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import { moveIntoPlace } from "./move_into_place.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Publishes what is committed, one member of the workflow at a time. */
export class Publisher {
  readonly #folder: WorkflowFolder;
  readonly #journal: MemberJournal;
  readonly #lock: FileLock;
  /** Files that could not be published; this member does not try them again. */
  readonly #unpublishable = new Set<WorkflowFile>();

  /** Uses the publication lock of the folder, which the caller opens and closes. */
  constructor(folder: WorkflowFolder, journal: MemberJournal, lock: FileLock) {
    this.#folder = folder;
    this.#journal = journal;
    this.#lock = lock;
  }

  /**
   * Publishes the files that this member, or one that has ended, committed.
   *
   * @param isLast Whether the member gets no further opportunity. Otherwise a
   * program that has no permission at the moment publishes later.
   */
  publishDue({ isLast }: { isLast: boolean }): void {
    const { unpublished, members } = this.#journal.state;
    let failure: unknown;
    for (const file of contentsFirst(unpublished.values())) {
      if (this.#unpublishable.has(file)) continue;
      const committer = members.get(file.committedBy ?? "");
      const isOwn = committer?.id === this.#journal.id;
      if (!isOwn && !committer?.ending) continue;
      try {
        this.publish(file);
      } catch (error) {
        const isForbidden = error instanceof Deno.errors.NotCapable;
        if (isForbidden && !isLast) return;
        // Only the member that committed the file reports this, and once.
        this.#unpublishable.add(file);
        if (isOwn) failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Makes sure that a committed file is in its place. */
  publish(file: WorkflowFile): void {
    // Without the lock, a slow second publisher could move the next file of
    // that name, half written, into the place of this one.
    this.whileNothingMoves(() => {
      if (!this.#journal.catchUp().unpublished.has(file.number)) return;
      moveIntoPlace(this.#folder, file);
      this.#journal.append({ event: "publish", file: file.number });
      this.#journal.catchUp();
    });
  }

  /** Takes the publication lock without blocking the thread, see `FileLock.hold`. */
  hold(wait: LockWait): Promise<Disposable> {
    return this.#lock.hold({ ...wait, mayHold: () => this.#others() });
  }

  /** Runs `fn` with the publication lock; the status shows a long wait for it. */
  whileNothingMoves<T>(fn: () => T): T {
    const wait = this.#journal.newNumber();
    let isTold = false;
    const path = this.#folder.publicationLock;
    return this.#lock.during(() => {
      if (isTold) this.#journal.note({ event: "wait", wait, path });
      return fn();
    }, {
      mayHold: () => this.#others(),
      delayed: () => {
        isTold = true;
        this.#journal.note({
          event: "wait",
          wait,
          path,
          why: "the process that holds it does not go on, it may be stopped",
        });
      },
    });
  }

  /** Runs `fn` with the publication lock, unless another member has it. */
  ifNothingMoves(fn: () => void): void {
    this.#lock.ifFree(fn);
  }

  /** The members that take part and lie in other processes. */
  #others(): LockHolder[] {
    return [...this.#journal.state.members.values()]
      .filter(({ ending, pid }) => !ending && pid !== Deno.pid);
  }
}

/** Sorts entries before the directory that they lie in, whose mode may close it. */
function contentsFirst(files: Iterable<WorkflowFile>): WorkflowFile[] {
  const depth = ({ kind, path }: WorkflowFile) =>
    kind === "directory" ? path.length : Infinity;
  return [...files].sort((a, b) => depth(b) - depth(a) || 0);
}
