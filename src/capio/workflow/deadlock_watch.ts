import {
  deadlockedWaits,
  type Waiting,
  type WorkflowState,
} from "../journal/mod.ts";

/** Who goes on after less than this had something else to do, in ms. */
const LASTING_MILLISECONDS = 5000;

/** Finds out when a member and others wait for each other for good. */
export class StandstillWatch {
  readonly #member: string;
  #latest = "";
  #since = 0;
  #isTold = false;

  constructor(member: string) {
    this.#member = member;
  }

  /** Says so, in words and once for each standstill, when it lasts. */
  look(state: WorkflowState): string | undefined {
    const waits = deadlockedWaits(state);
    const isIn = waits.some(({ member }) => member === this.#member);
    const present = isIn ? JSON.stringify(waits) : "";
    if (present !== this.#latest) {
      this.#latest = present;
      this.#since = performance.now();
      this.#isTold = false;
    }
    const lasts = performance.now() - this.#since > LASTING_MILLISECONDS;
    if (!isIn || this.#isTold || !lasts) return undefined;
    this.#isTold = true;
    return describe(state, waits);
  }
}

function describe(state: WorkflowState, waits: readonly Waiting[]): string {
  const parts = waits.map(({ member, path, why }) =>
    `"${state.members.get(member)?.app}" waits for "${path}": ${why}`
  );
  return `These steps wait for each other, for ever unless one of them has something else to do. ${
    parts.join("; ")
  }`;
}
