import type { Workflow } from "../workflow/mod.ts";
import type { Place } from "./place.ts";

/** Shorter waits are not reported, in ms. */
const LONG_WAIT_MILLISECONDS = 200;

/** Options for the waits of a member. */
export interface WaitOptions {
  /**
   * Time to wait for a file that nobody announced, in seconds. Its name is that
   * of the public option.
   */
  readonly openTimeoutSeconds: number;
  /** Whether long waits are reported in the journal only. */
  readonly silent: boolean;
}

/** One wait of a member, which is reported when it becomes long. */
export class Wait {
  readonly #workflow: Workflow;
  readonly #place: Place;
  readonly #options: WaitOptions;
  readonly #id: number;
  readonly #since = performance.now();
  /** The reason that was reported last. */
  #reported: string | undefined;

  /** Starts to measure the time. */
  constructor(workflow: Workflow, place: Place, options: WaitOptions) {
    this.#workflow = workflow;
    this.#place = place;
    this.#options = options;
    this.#id = workflow.newHandle();
  }

  /**
   * Returns whether a wait for a file that nobody announced has taken the time
   * that it may take. With a limit of 0 the system itself reports what is
   * missing.
   *
   * @throws {Deno.errors.NotFound} After a limit above 0.
   */
  isOver(): boolean {
    const limit = this.#options.openTimeoutSeconds;
    if (performance.now() - this.#since < limit * 1000) return false;
    if (limit === 0) return true;
    throw notFound(this.#place, limit);
  }

  /** Reports the reason of a long wait, once for each reason. */
  report(why: string): void {
    if (performance.now() - this.#since <= LONG_WAIT_MILLISECONDS) return;
    if (this.#reported === why) return;
    this.#reported = why;
    const { path } = this.#place;
    const workflow = this.#workflow;
    workflow.note({ event: "wait", wait: this.#id, path, why });
    if (this.#options.silent) return;
    console.warn(`sluice: "${workflow.app}" waits for "${path}": ${why}`);
  }

  /** Reports the end of a wait that was reported. */
  end(): void {
    const workflow = this.#workflow;
    if (this.#reported === undefined || workflow.ended) return;
    const { path } = this.#place;
    workflow.note({ event: "wait", wait: this.#id, path });
  }
}

function notFound({ given }: Place, seconds: number): Deno.errors.NotFound {
  return new Deno.errors.NotFound(
    `No such file or directory (os error 2): open '${given}': nobody created it within ${seconds} ${
      seconds === 1 ? "second" : "seconds"
    }`,
  );
}
