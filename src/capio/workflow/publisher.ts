import {
  type EventBody,
  isCommittedByClose,
  isCommittedByFirstClose,
  type WorkflowFile,
} from "../journal/mod.ts";
import {
  type FileLock,
  type LockHolder,
  type LockWait,
  lstatIfPresent,
} from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import { moveIntoPlace, type PublicationOptions } from "./move_into_place.ts";
import { spoolOf } from "./spools.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Most files that are published under one holding of the lock. */
const MOST_AT_ONCE = 100;

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
    const due = this.#due();
    let failure: unknown;
    for (let start = 0; start < due.length; start += MOST_AT_ONCE) {
      const files = due.slice(start, start + MOST_AT_ONCE);
      const result = this.#publishAll(files, isLast);
      failure ??= result.failure;
      if (result.isForbidden) break;
    }
    if (failure !== undefined) throw failure;
  }

  /**
   * Reports the last close of a file, which commits it, and publishes it. Two
   * events would say no more than this one: nobody else moves files meanwhile.
   *
   * Returns whether it has done so. Nothing has happened if the close is not the
   * last one or if another member has the lock.
   */
  closeAndPublish(
    file: WorkflowFile,
    close: EventBody & { readonly event: "close" },
    { isLast }: { isLast: boolean },
  ): boolean {
    if (!isCommittedByClose(this.#journal.state, file)) return false;
    return this.#lock.ifFree(() => {
      this.#journal.tell({ ...close, publishes: true });
      this.#publishLast(file, isLast);
    });
  }

  /**
   * The same for a file that this member has created, written and closed under
   * the lock, which it has.
   */
  publishWhole(
    open: EventBody & { readonly event: "open" },
    { isLast }: { isLast: boolean },
  ): void {
    const { path } = open;
    const publishes = isCommittedByFirstClose(this.#journal.state, path);
    const { paths } = this.#journal.tell({
      ...open,
      whole: true,
      ...(publishes && { publishes }),
    });
    const file = paths.get(path);
    if (publishes && file) this.#publishLast(file, isLast, { isNew: true });
  }

  /** Publishes a file as this member has said in its last event. */
  #publishLast(
    file: WorkflowFile,
    isLast: boolean,
    options?: PublicationOptions,
  ): void {
    const { unpublished } = this.#journal.state;
    // Something has come before that event, a rule for example.
    if (!unpublished.has(file.number)) return;
    try {
      moveIntoPlace(this.#folder, file, options);
    } catch (error) {
      const isForbidden = error instanceof Deno.errors.NotCapable && !isLast;
      if (!isForbidden) this.#unpublishable.add(file);
      this.#journal.append({ event: "publish", files: [] });
      if (isForbidden) return;
      throw error;
    }
    unpublished.delete(file.number);
  }

  /**
   * Finds out whether a member has already moved what it said that it would
   * move: its next event, which says so, may come late.
   */
  settle(file: WorkflowFile): void {
    const { publishing, unpublished } = this.#journal.state;
    if (!unpublished.has(file.number)) return;
    for (const it of publishing.values()) {
      if (it === file && this.#hasMoved(file)) unpublished.delete(file.number);
    }
  }

  /**
   * Reports all files that other members have moved in this way. The caller is
   * going to move files, and has the lock, so nobody is just moving one.
   */
  settleAll(): void {
    const { id, state: { publishing } } = this.#journal;
    if (publishing.size === 0) return;
    const moved: number[] = [];
    for (const [member, file] of publishing) {
      // Its own next event says so.
      if (member === id || !this.#hasMoved(file)) continue;
      moved.push(file.number);
    }
    if (moved.length > 0) this.#report(moved);
  }

  #hasMoved(file: WorkflowFile): boolean {
    const location = this.#folder.spool(file.path, spoolOf(file));
    return lstatIfPresent(location) === undefined;
  }

  /** Makes sure that a committed file is in its place. */
  publish(file: WorkflowFile): void {
    this.whileNothingMoves(() => {
      if (!this.#journal.catchUp().unpublished.has(file.number)) return;
      moveIntoPlace(this.#folder, file);
      this.#report([file.number]);
    });
  }

  /** Returns the files that this member is to publish, contents first. */
  #due(): WorkflowFile[] {
    const { unpublished, members } = this.#journal.state;
    const due: WorkflowFile[] = [];
    for (const file of unpublished.values()) {
      const { committedBy = "" } = file;
      const isDue = committedBy === this.#journal.id ||
        members.get(committedBy)?.ending !== undefined;
      if (isDue && !this.#unpublishable.has(file)) due.push(file);
    }
    return due.length > 1 ? contentsFirst(due) : due;
  }

  /**
   * Publishes files under one holding of the lock, and reports them together.
   * Without the lock, a slow second publisher could move the next file of a
   * name, half written, into the place of this one.
   */
  #publishAll(
    files: readonly WorkflowFile[],
    isLast: boolean,
  ): { isForbidden: boolean; failure: unknown } {
    let failure: unknown;
    let isForbidden = false;
    this.whileNothingMoves(() => {
      const { unpublished } = this.#journal.catchUp();
      const published: number[] = [];
      for (const file of files) {
        if (!unpublished.has(file.number)) continue;
        try {
          moveIntoPlace(this.#folder, file);
          published.push(file.number);
        } catch (error) {
          isForbidden = error instanceof Deno.errors.NotCapable && !isLast;
          if (isForbidden) break;
          this.#unpublishable.add(file);
          // Only the member that committed the file reports this, and once.
          if (file.committedBy === this.#journal.id) failure ??= error;
        }
      }
      if (published.length > 0) this.#report(published);
    });
    return { isForbidden, failure };
  }

  /**
   * Reports files that were moved. The caller holds the lock and has caught up,
   * so nobody moves them meanwhile, and they are known to be in their places at
   * once.
   */
  #report(files: readonly number[]): void {
    this.#journal.append({ event: "publish", files });
    const { unpublished } = this.#journal.state;
    for (const file of files) unpublished.delete(file);
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
      .filter(({ ending, pid, machine }) =>
        !ending && pid !== Deno.pid && machine === undefined
      );
  }
}

/** Sorts entries before the directory that they lie in, whose mode may close it. */
function contentsFirst(files: readonly WorkflowFile[]): WorkflowFile[] {
  const depth = ({ kind, path }: WorkflowFile) =>
    kind === "directory" ? path.length : Infinity;
  return files.toSorted((a, b) => depth(b) - depth(a) || 0);
}
