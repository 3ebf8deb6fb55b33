/** The members of every event: its author, and the time by its author's clock. */
export interface Stamp {
  /** The member that appended the event. */
  readonly by: string;
  /** Unix time in milliseconds; it is shown to people and decides nothing. */
  readonly time: number;
  /** Set for an event that this machine's agent has got from another machine. */
  readonly via?: Via;
}

/** Where an event stands in the stream of a run on several machines. */
export interface Via {
  /** The machine whose agent has published it. */
  readonly machine: string;
  /** The place of its message in the stream, from 1. */
  readonly seq: number;
  /** The place of its line in the message, from 0. */
  readonly line: number;
}
