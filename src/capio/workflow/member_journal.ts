import { wallClock } from "../platform/mod.ts";
import {
  type EventBody,
  type JournalEvent,
  type JournalFollower,
  JournalWriter,
  type WorkflowState,
} from "../journal/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** What a member does because of the journal. */
export interface MemberJournalHooks {
  /** Wakes a member that sleeps until what this member has done. */
  readonly ring: (member: string) => void;
  /** Calls `makeNext` of the follower while no other member does. */
  readonly makeNext: () => void;
}

/**
 * One member's access to the journal: it appends the member's events, and owns
 * the state as far as the member has read.
 */
export class MemberJournal implements Disposable {
  /** The member, unique for all time. */
  readonly id: string;
  readonly #folder: WorkflowFolder;
  readonly #follower: JournalFollower;
  readonly #ring: (member: string) => void;
  /** The end of the journal that is read; none after a checkpoint. */
  #writer: JournalWriter | undefined;
  /** Where the journal ended that the last writer belonged to. */
  #leftAt: number | undefined;
  /** Where the last line ends that was appended to that journal. */
  #lastEnd = 0;
  /** The members whose events it appends. */
  readonly #authors = new Set<string>();
  #nextNumber = 0;

  /** Uses a follower that the caller opens and closes. */
  constructor(
    id: string,
    folder: WorkflowFolder,
    follower: JournalFollower,
    { ring, makeNext }: MemberJournalHooks,
  ) {
    this.id = id;
    this.#folder = folder;
    this.#follower = follower;
    this.#ring = ring;
    follower.hooks = { makeNext, moved: (end) => this.#leave(end) };
    this.#openWriter();
  }

  /** The state as far as this member has read the journal. */
  get state(): WorkflowState {
    return this.#follower.state;
  }

  /** Returns a number for a handle or a wait, unique for this member. */
  newNumber(): number {
    return this.#nextNumber++;
  }

  /**
   * Tells every member, this one included at its next {@linkcode catchUp}. When it
   * returns, the event counts: what is appended behind the end of a journal counts
   * for nobody, and is appended to the next one.
   *
   * @param by The member whose event it is, if it is another one of this process.
   */
  append(body: EventBody, by: string = this.id): void {
    const event = this.#stamped(body, by);
    while (!this.#append(event));
  }

  /**
   * The same, and reads on up to this event at least: most events are followed by
   * a look at what has come of them.
   */
  tell(body: EventBody): WorkflowState {
    const event = this.#stamped(body, this.id);
    while (!this.#tell(event));
    return this.state;
  }

  /**
   * Appends an event of a member of another machine as it is. This member rings
   * the members that it concerns.
   */
  relay(event: JournalEvent): void {
    while (!this.#append(event));
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
    for (const member of state.awaits.takeRung(this.#authors)) {
      this.#ring(member);
    }
    return state;
  }

  /** Reads on, and returns whether there was anything. */
  hasNews(): boolean {
    const { lines } = this.#follower;
    this.catchUp();
    return this.#follower.lines !== lines;
  }

  /** Whether the journal has grown well beyond what its state needs. */
  get isFull(): boolean {
    return this.#follower.isFull;
  }

  /**
   * Ends the journal, if it is still full, and goes on in the next one. Nobody
   * else does so meanwhile.
   */
  checkpoint(): void {
    this.catchUp();
    if (!this.isFull || this.#follower.end !== undefined) return;
    this.append({ event: "checkpoint" });
    this.catchUp();
  }

  /** Tells whether the run is still there, and not a later one in its place. */
  get isPresent(): boolean {
    return this.#follower.isPresent;
  }

  /** Releases the writing end. */
  [Symbol.dispose](): void {
    this.#writer?.[Symbol.dispose]();
  }

  #stamped(body: EventBody, by: string): JournalEvent {
    this.#authors.add(by);
    return { ...body, by, time: wallClock() };
  }

  /** Appends an event and returns whether it counts. */
  #append(event: JournalEvent): boolean {
    const writer = this.#writer ?? this.#openWriter();
    writer.append(event);
    if (writer.end <= this.#follower.room) return true;
    this.catchUp();
    return this.#counts(writer);
  }

  /** The same, and catches up in any case. */
  #tell(event: JournalEvent): boolean {
    const writer = this.#writer ?? this.#openWriter();
    writer.append(event);
    this.catchUp();
    // The event is among what has been read, all of which counts.
    const isSure = this.#writer === writer && !this.#follower.isFull;
    return isSure || this.#counts(writer);
  }

  /**
   * Returns whether the last event of a writer counts, as far as the journal has
   * been read.
   */
  #counts(writer: JournalWriter): boolean {
    const hasLeft = this.#writer !== writer;
    const end = hasLeft ? this.#lastEnd : writer.end;
    const journalEnd = hasLeft ? this.#leftAt : this.#follower.end;
    if (journalEnd === undefined || end <= journalEnd) return true;
    if (hasLeft) return false;
    throw this.#follower.problem ?? this.#isGone();
  }

  #leave(end: number): void {
    if (!this.#writer) return;
    this.#lastEnd = this.#writer.end;
    this.#writer[Symbol.dispose]();
    this.#writer = undefined;
    this.#leftAt = end;
  }

  /** Opens the end of the very journal that is read. */
  #openWriter(): JournalWriter {
    const { journal, check } = this.#folder;
    for (;;) {
      const writer = new JournalWriter(journal, check);
      if (this.#follower.isReading(writer.numbers)) {
        return this.#writer = writer;
      }
      writer[Symbol.dispose]();
      // A checkpoint has just put the next journal there.
      const { generation } = this.#follower;
      this.#follower.catchUp();
      if (this.#follower.generation !== generation) continue;
      throw this.#follower.problem ?? this.#isGone();
    }
  }

  #isGone(): Error {
    return new Deno.errors.NotFound(
      `Cannot append to the journal "${this.#folder.journal}": it was removed, or replaced by that of another run, while this step ran`,
    );
  }
}
