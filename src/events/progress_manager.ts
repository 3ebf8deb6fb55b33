import { EventError } from "./event_error.ts";
import { type EventManager, globalEventManager } from "./event_manager.ts";
import {
  type ExitState,
  ProgressEndEvent,
  type ProgressEvent,
  type ProgressEventInit,
  ProgressStartEvent,
  ProgressStepEvent,
} from "./progress_events.ts";

/**
 * Options for {@linkcode ProgressManager}. Any other property is passed on to
 * the listeners as `event.extra`.
 */
export interface ProgressManagerOptions {
  /**
   * The object that the events are about.
   *
   * @default {the progress manager}
   */
  source?: unknown;
  /**
   * Tells the operation from all others.
   *
   * @default {a new UUID}
   */
  operationId?: unknown;
  /**
   * What is being done, for people.
   *
   * @default {"Performing operation"}
   */
  message?: string;
  /**
   * The number of steps to come, -1 if it is not known.
   *
   * @default {-1}
   */
  steps?: number;
  /** Passed on as `event.extra`; `unit: "bytes"` makes a bar count in MB. */
  [extra: string]: unknown;
}

/** What {@linkcode ProgressManager.step} reports. */
export interface ProgressStep {
  /**
   * What is being done now.
   *
   * @default {the operation's own message}
   */
  message?: string;
  /**
   * How far the operation has come.
   *
   * @default {one more than the last step, 0 for the first}
   */
  step?: number;
}

/** What {@linkcode ProgressManager.end} reports. */
export interface ProgressEnd {
  /**
   * What came of the operation.
   *
   * @default {the operation's own message}
   */
  message?: string;
  /**
   * How it ended.
   *
   * @default {"normal"}
   */
  exitState?: ExitState;
}

/**
 * Reports the progress of one operation as events.
 *
 * {@linkcode ProgressManager.run} is the safest way to use it: the end is
 * reported whatever happens, an error as such. With `using` the end is reported
 * when the scope is left, as a normal one, for a scope does not tell why.
 *
 * Source of the semantics: `encore.events.ProgressManager`.
 *
 * @example Usage
 * ```ts
 * import { ProgressManager } from "@sluice/sluice/events";
 *
 * const rows = ["a", "b", "c"];
 * const progress = new ProgressManager(undefined, {
 *   message: "Loading rows",
 *   steps: rows.length,
 * });
 * await progress.run(() => {
 *   for (const row of rows) progress.step({ message: `Loading ${row}` });
 * });
 * ```
 */
export class ProgressManager implements Disposable {
  readonly #eventManager: EventManager;
  readonly #origin: ProgressEventInit;
  readonly #steps: number;
  #nextStep = 0;
  #running = false;

  /**
   * Makes the manager of an operation that has not started.
   *
   * @param eventManager Who emits the events.
   * @param options Which operation this is.
   * @throws {RangeError} If `steps` is neither -1 nor a non-negative number.
   */
  constructor(
    eventManager: EventManager = globalEventManager,
    options: ProgressManagerOptions = {},
  ) {
    const {
      source = this,
      operationId = crypto.randomUUID(),
      message = "Performing operation",
      steps = -1,
      ...extra
    } = options;
    if (typeof steps !== "number" || !(steps === -1 || steps >= 0)) {
      throw new RangeError(
        `steps must be -1 or a non-negative number, found ${
          Deno.inspect(steps)
        }`,
      );
    }
    this.#eventManager = eventManager;
    this.#origin = { source, operationId, message, extra };
    this.#steps = steps;
  }

  /** Whether the operation has started and not yet ended. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * Reports the start of the operation, if it has not been reported yet.
   *
   * @returns This progress manager, so that `using` can begin with the start.
   */
  start(): this {
    if (this.#running) return this;
    this.#running = true;
    this.#nextStep = 0;
    this.#emit(this.startEvent({ ...this.#origin, steps: this.#steps }));
    return this;
  }

  /**
   * Reports that the operation has come further.
   *
   * @param report How far, and what is being done now.
   * @throws {EventError} `NOT_STARTED` before the start and after the end.
   * @throws {RangeError} If `step` is not a number.
   */
  step(report: ProgressStep = {}): void {
    this.#assertRunning("step");
    const { message = this.#origin.message, step = this.#nextStep } = report;
    if (typeof step !== "number" || Number.isNaN(step)) {
      throw new RangeError(
        `step must be a number, found ${Deno.inspect(step)}`,
      );
    }
    this.#nextStep = step + 1;
    this.#emit(this.stepEvent({ ...this.#origin, message, step }));
  }

  /**
   * Reports the end of the operation.
   *
   * @param report What came of it.
   * @throws {EventError} `NOT_STARTED` before the start and after the end.
   */
  end(report: ProgressEnd = {}): void {
    this.#assertRunning("end");
    const { message = this.#origin.message, exitState = "normal" } = report;
    this.#running = false;
    this.#emit(this.endEvent({ ...this.#origin, message, exitState }));
  }

  /**
   * Runs the operation between its start and its end.
   *
   * @param operation What to do.
   * @returns What it returns.
   * @throws What it throws, after an end with the exit state `exception`.
   */
  async run<T>(operation: () => T | PromiseLike<T>): Promise<T> {
    this.start();
    try {
      const result = await operation();
      if (this.#running) this.end();
      return result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#running) this.end({ message, exitState: "exception" });
      throw error;
    }
  }

  /** Reports the end of the operation, unless that has been done. */
  [Symbol.dispose](): void {
    if (this.#running) this.end();
  }

  /** Makes the event of the start; subclasses make theirs. */
  protected startEvent(
    init: ProgressEventInit & { steps: number },
  ): ProgressEvent {
    return new ProgressStartEvent(init);
  }

  /** Makes the event of a step; subclasses make theirs. */
  protected stepEvent(
    init: ProgressEventInit & { step: number },
  ): ProgressEvent {
    return new ProgressStepEvent(init);
  }

  /** Makes the event of the end; subclasses make theirs. */
  protected endEvent(
    init: ProgressEventInit & { exitState: ExitState },
  ): ProgressEvent {
    return new ProgressEndEvent(init);
  }

  #emit(event: ProgressEvent): void {
    this.#eventManager.emit(event);
  }

  #assertRunning(method: string): void {
    if (this.#running) return;
    throw new EventError(
      "NOT_STARTED",
      `Cannot call ${method}() of an operation that is not running: call start() first`,
    );
  }
}
