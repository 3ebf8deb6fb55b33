import type { Stamp } from "./stamp.ts";

/** The application name of agents. They are no steps. */
export const AGENT_APP = "sluice agent";

/** An agent's part of its join, which is the first line of its run's journal. */
export interface AgentOfMachine {
  /** The name of the machine. */
  readonly machine: string;
  /** The machine's random id, the same as long as its folder is there. */
  readonly id: string;
  /**
   * Set when it confirms files: those whose homes no plan says are committed only
   * after that, as of several machines the first one to make a file has the name.
   */
  readonly claims?: true;
}

/**
 * A file was committed at its home. The home's agent says so to other machines;
 * the home itself goes by its rules.
 */
export interface CommittedEvent extends Stamp {
  readonly event: "committed";
  /** The number that the file has at its home. */
  readonly file: number;
  /** The size of the whole file in bytes. */
  readonly size: number;
  /** The mode bits of the file, where the system has them. */
  readonly mode?: number;
  /** Set when the server has all of its bytes, so that they outlive the home. */
  readonly stored?: true;
  /** Set when it was removed or replaced before its size was known, which is 0. */
  readonly gone?: true;
}

/**
 * A file was lost at its home: nobody is left there to finish it. Where the own
 * agent says so by itself, the rest of its replica cannot be had any more.
 */
export interface LostEvent extends Stamp {
  readonly event: "lost";
  /** The number that the file has at its home; here, in a line of the own agent. */
  readonly file: number;
  /** The member that ended without finishing it. */
  readonly member: string;
  /** Says for people why that member gave it up, if that is known. */
  readonly why?: string;
  /** Set when another machine has its name, which was the first to make it. */
  readonly unnamed?: true;
}

/** The replica of a file that is committed at its home has all of its bytes. */
export interface WholeEvent extends Stamp {
  readonly event: "whole";
  /** The number that the file has here. */
  readonly file: number;
}

/**
 * The disk has no space for the replica of a file. `missing`: it is tried again.
 * `there`: there is space again. `given up`: the file is lost to its readers here.
 */
export interface SpaceEvent extends Stamp {
  readonly event: "space";
  /** The number that the file has here. */
  readonly file: number;
  readonly is: "missing" | "there" | "given up";
}

/** Lines of this machine's members have come back from the stream. */
export interface ConfirmedEvent extends Stamp {
  readonly event: "confirmed";
  /** The members whose joins have come back. */
  readonly members: readonly string[];
  /** The members whose ends have come back. */
  readonly ended?: readonly string[];
  /** The files whose first lines have come back: those that say `made`. */
  readonly files?: readonly number[];
}

/**
 * How it stands with a machine. `here`: its agent takes part. `done`: its steps
 * have ended, and its agent was told to stop. `lost`: another agent has not heard
 * from it for too long, and no later line of it counts.
 */
export type MachinePhase = "here" | "done" | "lost";

/**
 * Something became of a machine. Every agent appends it where it comes from the
 * stream, the agent that published it too.
 */
export interface MachineEvent extends Stamp {
  readonly event: "machine";
  readonly machine: string;
  readonly is: MachinePhase;
  /** The machine's random id; it stands in its first event. */
  readonly id?: string;
}
