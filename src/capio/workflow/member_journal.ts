import { wallClock } from "../platform/mod.ts";
import type {
  EventBody,
  JournalFollower,
  JournalWriter,
  WorkflowState,
} from "../journal/mod.ts";

/**
 * One member's access to the journal: it appends the member's events, and owns
 * the state as far as the member has read.
 */
export class MemberJournal {
  /** The member, unique for all time. */
  readonly id: string;
  readonly #writer: JournalWriter;
  readonly #follower: JournalFollower;
  readonly #ring: (member: string) => void;
  #nextNumber = 0;

  /**
   * Uses a writer and a follower that the caller opens and closes.
   *
   * @param ring Wakes a member that sleeps until what this member has done.
   */
  constructor(
    id: string,
    writer: JournalWriter,
    follower: JournalFollower,
    ring: (member: string) => void,
  ) {
    this.id = id;
    this.#writer = writer;
    this.#follower = follower;
    this.#ring = ring;
  }

  /** The state as far as this member has read the journal. */
  get state(): WorkflowState {
    return this.#follower.state;
  }

  /** Returns a number for a handle or a wait, unique for this member. */
  newNumber(): number {
    return this.#nextNumber++;
  }

  /** Tells every member, this one included at its next {@linkcode catchUp}. */
  append(body: EventBody): void {
    this.#writer.append({ ...body, by: this.id, time: wallClock() });
  }

  /** Appends an event that nothing depends on; a full disk only loses it. */
  note(body: EventBody): void {
    try {
      this.append(body);
    } catch {
      // The next event that matters fails too, and reports the error.
    }
  }

  /** Reads what has been appended since the last call. */
  catchUp(): WorkflowState {
    const state = this.#follower.catchUp();
    for (const member of state.awaits.takeRung(this.id)) this.#ring(member);
    return state;
  }

  /** Reads on, and returns whether there was anything. */
  hasNews(): boolean {
    const { lines } = this.#follower;
    this.catchUp();
    return this.#follower.lines !== lines;
  }

  /** Tells whether `path` still names this journal, and not one of a later run. */
  isAt(path: string): boolean {
    return this.#follower.isAt(path);
  }
}
