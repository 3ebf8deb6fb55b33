import { CapioError, type EntryCheck, ifPresent } from "../platform/mod.ts";
import {
  carryOver,
  checkpointLines,
  restoreCheckpoint,
} from "./checkpoint/mod.ts";
import { fold, initialState } from "./fold/mod.ts";
import {
  createJournal,
  type NewJournal,
  removeUnfinishedJournals,
} from "./journal.ts";
import type { JournalEvent } from "./events/mod.ts";
import type { JournalFormat } from "./journal_format.ts";
import { JournalReader } from "./journal_reader.ts";
import type { WorkflowState } from "./state/mod.ts";

/** What a member does where a checkpoint ends the journal. */
export interface FollowerHooks {
  /**
   * Calls {@linkcode JournalFollower.makeNext} while no other member does. The
   * process that has ended the journal has died before it could.
   */
  readonly makeNext: () => void;
  /** Is called when the follower goes over to the next journal. */
  readonly moved: (end: number) => void;
}

/**
 * Is told of a line that was folded, and where it ends among the bytes of all
 * events of the run. The event is missing where the line is none.
 */
export type Folded = (event: JournalEvent | undefined, end: number) => void;

/**
 * Follows the journal of a run and keeps the state as far as it has been read.
 * Where a checkpoint ends the journal, it goes over to the next one.
 */
export class JournalFollower implements Disposable {
  readonly #path: string;
  readonly #capioDir: string;
  readonly #check: EntryCheck | undefined;
  #reader: JournalReader;
  #state: WorkflowState;
  #lines = 0;
  /** Whether the checkpoint could be read. */
  readonly #isWhole: boolean;
  #hooks: FollowerHooks | undefined;
  #folded: Folded | undefined;
  /** Whether a call under way goes over to the next journal. */
  #isMoving = false;
  #problem: unknown;

  /** Opens the journal at `path` of a workflow in `capioDir`; reads no event yet. */
  constructor(path: string, capioDir: string, check?: EntryCheck) {
    this.#path = path;
    this.#capioDir = capioDir;
    this.#check = check;
    this.#reader = new JournalReader(path, check);
    this.#state = initialState(capioDir);
    this.#isWhole = this.#begin();
  }

  /** What the first line of the journal says; nothing if its checkpoint is damaged. */
  get format(): JournalFormat {
    return this.#isWhole ? this.#reader.format : { type: "foreign" };
  }

  /** The state at the last event read. It stays the same object. */
  get state(): WorkflowState {
    return this.#state;
  }

  /** How many lines have been read. */
  get lines(): number {
    return this.#lines;
  }

  /** How many journals the run has had before the one that is read. */
  get generation(): number {
    return this.#reader.head?.generation ?? 0;
  }

  /** The size of the file below which all that is appended counts, in bytes. */
  get room(): number {
    return this.#reader.head?.room ?? Infinity;
  }

  /**
   * Where the journal ends that is read; `undefined` as long as it goes on. Lines
   * that end later in the file do not count.
   */
  get end(): number | undefined {
    return this.#reader.end;
  }

  /** Whether the journal has grown well beyond what its state needs. */
  get isFull(): boolean {
    return this.#reader.size > this.room;
  }

  /** What keeps the next journal from being made, or from being read. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Has a member take part in going over to the next journal. */
  set hooks(hooks: FollowerHooks) {
    this.#hooks = hooks;
  }

  /** Calls `folded` after each line that is read from now on. */
  set folded(folded: Folded) {
    this.#folded = folded;
  }

  /** Reads what has been appended since the last call. */
  catchUp(): WorkflowState {
    if (!this.#isWhole) return this.#state;
    do {
      for (const event of this.#reader.read()) {
        this.#state = fold(this.#state, event);
        this.#lines++;
        this.#folded?.(event, this.#reader.linePosition);
      }
    } while (this.#reader.end !== undefined && this.#move());
    return this.#state;
  }

  /** Tells whether a file with these numbers is the journal that is read. */
  isReading(numbers: Pick<Deno.FileInfo, "dev" | "ino">): boolean {
    return this.#reader.is(numbers);
  }

  /** Tells whether the run is still there, and not a later one in its place. */
  get isPresent(): boolean {
    if (this.#reader.isAt(this.#path)) return true;
    // A checkpoint has just put the next journal there.
    using present = ifPresent(() => new JournalReader(this.#path, this.#check));
    return present !== undefined && this.#isOfRun(present);
  }

  /**
   * Makes the journal that goes on where this one ends, unless somebody else has.
   * No other process does so meanwhile.
   */
  makeNext(options: Pick<NewJournal, "checkpointBytes"> = {}): void {
    const { head, position } = this.#reader;
    if (!head || this.end === undefined || !this.#check) return;
    if (!this.#reader.isAt(this.#path)) return;
    removeUnfinishedJournals(this.#path);
    createJournal(this.#path, this.#check, {
      ...options,
      run: head.run,
      generation: head.generation + 1,
      position,
      checkpoint: checkpointLines(this.#state),
    });
  }

  /** Releases the journal. */
  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  /** Goes over to the next journal, and returns whether it could. */
  #move(): boolean {
    if (this.#isMoving) return false;
    this.#isMoving = true;
    this.#problem = undefined;
    try {
      if (this.#reader.isAt(this.#path)) this.#hooks?.makeNext();
      const next = this.#openNext();
      if (!next) return false;
      const left = this.#reader;
      // One that has read every event has come to the same state by them.
      const isNext = next.head?.generation === this.generation + 1;
      if (!isNext) this.#skipTo(next);
      this.#reader = next;
      left[Symbol.dispose]();
      if (left.end !== undefined) this.#hooks?.moved(left.end);
      return true;
    } catch (error) {
      // What waits goes on waiting; what appends fails, and says why.
      this.#problem = error;
      return false;
    } finally {
      this.#isMoving = false;
    }
  }

  /** Opens the latest journal of the run, if it is a later one. */
  #openNext(): JournalReader | undefined {
    if (this.#reader.isAt(this.#path)) return undefined;
    const next = ifPresent(() => new JournalReader(this.#path, this.#check));
    if (next && this.#isOfRun(next)) return next;
    next?.[Symbol.dispose]();
    return undefined;
  }

  /** Takes the state from a later journal than the next one. */
  #skipTo(later: JournalReader): void {
    try {
      this.#restore(later);
    } catch (error) {
      later[Symbol.dispose]();
      throw error;
    }
  }

  #isOfRun({ format }: JournalReader): boolean {
    const { head } = this.#reader;
    return format.type === "own" && format.head.run === head?.run &&
      format.head.generation >= head.generation;
  }

  /** Begins with the checkpoint, and returns whether it is a good one. */
  #begin(): boolean {
    if (!this.#reader.head?.checkpoint) return true;
    try {
      this.#restore(this.#reader);
      return true;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof CapioError) {
        return false;
      }
      throw error;
    }
  }

  #restore(reader: JournalReader): void {
    const lines = reader.checkpoint();
    carryOver(this.#state, restoreCheckpoint(lines, this.#capioDir));
  }
}
