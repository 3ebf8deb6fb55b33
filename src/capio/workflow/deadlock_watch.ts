import {
  deadlockedWaits,
  type Waiting,
  type WorkflowState,
} from "../journal/mod.ts";
import { steadyClock } from "../platform/mod.ts";

/** A member that goes on sooner than this had something else to do, in ms. */
const LASTING_MILLISECONDS = 5000;

/** Notices that a member and others wait for each other for good. */
export class DeadlockWatch {
  readonly #member: string;
  #latest = "";
  #since = 0;
  #isTold = false;

  /** Watches for the member with this id. */
  constructor(member: string) {
    this.#member = member;
  }

  /** Describes a deadlock of the member, once, when it has lasted. */
  look(state: WorkflowState): string | undefined {
    // What other machines' members wait for is not known here.
    const waits = hasOtherMachines(state) ? [] : deadlockedWaits(state);
    const isIn = waits.some(({ member }) => member === this.#member);
    const present = isIn ? JSON.stringify(waits) : "";
    if (present !== this.#latest) {
      this.#latest = present;
      this.#since = steadyClock();
      this.#isTold = false;
    }
    const lasts = steadyClock() - this.#since > LASTING_MILLISECONDS;
    if (!isIn || this.#isTold || !lasts) return undefined;
    this.#isTold = true;
    return describe(state, waits);
  }
}

function hasOtherMachines({ machine, members }: WorkflowState): boolean {
  return machine !== undefined &&
    members.values().some((it) =>
      !it.ending && (it.isAgent || it.machine !== undefined)
    );
}

function describe(state: WorkflowState, waits: readonly Waiting[]): string {
  const parts = waits.map(({ member, path, why }) =>
    `"${state.members.get(member)?.app}" waits for "${path}": ${why}`
  );
  return `These steps wait for each other, for ever unless one of them has something else to do. ${
    parts.join("; ")
  }`;
}
