import type { Verdict, Workflow } from "../workflow/mod.ts";
import type { Place } from "./place.ts";
import { steadyClock } from "../platform/mod.ts";

/** Shorter waits are not reported to the other members, in ms. */
const LONG_WAIT_MILLISECONDS = 200;
/** When the program tells that it waits for something undeclared, in ms. */
const TOLD_UNDECLARED_MILLISECONDS = 2000;
/** When it tells that it waits for anything else, in ms. */
const TOLD_MILLISECONDS = 5000;

/** Options for the waits of a member. */
export interface WaitOptions {
  /**
   * Time to wait for a file that nobody declared, in seconds. Its name is that
   * of the public option.
   */
  readonly openTimeoutSeconds: number;
  /**
   * Whether no wait is told on standard error, or each. Left out, only those for
   * something undeclared are.
   */
  readonly silent?: boolean;
}

/** The reason of a wait, and what can be done about it. */
type Waiting = Verdict & { readonly type: "wait" };

/** One wait of a member, which is reported when it becomes long. */
export class Wait {
  readonly #workflow: Workflow;
  readonly #place: Place;
  readonly #options: WaitOptions;
  readonly #told: Set<string>;
  readonly #id: number;
  readonly #since = steadyClock();
  /** The reason that was reported last. */
  #reported: string | undefined;
  #isTold = false;

  /**
   * Starts to measure the time.
   *
   * @param told What the member has told of its waits so far. A file that grows
   * slowly has many waits.
   */
  constructor(
    workflow: Workflow,
    place: Place,
    options: WaitOptions,
    told: Set<string>,
  ) {
    this.#workflow = workflow;
    this.#place = place;
    this.#options = options;
    this.#told = told;
    this.#id = workflow.newHandle();
  }

  /**
   * Returns whether a wait for a file that nobody declared has taken the time
   * that it may take. The system itself reports then what is missing, in the
   * words of the call.
   */
  isOver(): boolean {
    const limit = this.#options.openTimeoutSeconds;
    if (this.#milliseconds < limit * 1000) return false;
    if (limit > 0) {
      this.#place.missing = `nobody created it within ${inSeconds(limit)}`;
    }
    return true;
  }

  /** Reports the reason of a long wait, once for each reason. */
  report(waiting: Waiting): void {
    const milliseconds = this.#milliseconds;
    if (milliseconds <= LONG_WAIT_MILLISECONDS) return;
    const { why } = waiting;
    if (this.#reported !== why) {
      this.#reported = why;
      const { path } = this.#place;
      this.#workflow.note({ event: "wait", wait: this.#id, path, why });
    }
    if (milliseconds > this.#toldAfter(waiting)) this.#tell(waiting);
  }

  /** Reports the end of a wait that was reported. */
  end(): void {
    const workflow = this.#workflow;
    if (this.#reported === undefined || workflow.ended) return;
    const { path } = this.#place;
    workflow.note({ event: "wait", wait: this.#id, path });
  }

  get #milliseconds(): number {
    return steadyClock() - this.#since;
  }

  #toldAfter({ declared }: Waiting): number {
    const { silent } = this.#options;
    if (silent ?? declared) return Infinity;
    return declared ? TOLD_MILLISECONDS : TOLD_UNDECLARED_MILLISECONDS;
  }

  #tell({ why, remedy, declared }: Waiting): void {
    const { path } = this.#place;
    const text =
      `sluice: "${this.#workflow.app}" waits for "${path}": ${why}. `;
    if (declared) {
      if (this.#told.has(text)) return;
      this.#told.add(text);
      console.warn(text + remedy);
      return;
    }
    if (this.#isTold) return;
    this.#isTold = true;
    const limit = this.#options.openTimeoutSeconds;
    const end = limit === Infinity
      ? "for ever"
      : `until NotFound after ${inSeconds(limit)}`;
    console.warn(`${text}It waits ${end}. ${remedy}`);
  }
}

function inSeconds(seconds: number): string {
  return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
}
