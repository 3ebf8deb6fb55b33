import type { Writing } from "../../overlay/mod.ts";

/** How a write begins: the file is open, or it cannot be opened. */
export type Beginning<Held> = Begun<Held> | Refused;

/** A file that is open in the spool, as all members know. */
export interface Begun<Held> {
  readonly type: "begun";
  readonly held: Held;
  readonly writing: Writing;
  /** The location of the file at its opening. */
  readonly location: string;
}

/** The system refuses the opening, or it is about no file of the workflow. */
export interface Refused {
  readonly type: "refused";
  /** Where the system refuses it. */
  readonly location: string;
  /** The refusal; missing when the opening has not been tried. */
  readonly error?: unknown;
}
