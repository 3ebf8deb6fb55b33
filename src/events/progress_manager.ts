import { checkNumber, outOfRange, refused } from "../internal/mod.ts";
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
   * Identifies the operation.
   *
   * @default {a new UUID}
   */
  operationId?: unknown;
  /**
   * Describes the operation to people.
   *
   * @default {"Performing operation"}
   */
  message?: string;
  /**
   * The number of steps to come, -1 when it is not known.
   *
   * @default {-1}
   */
  steps?: number;
  /** Passed on as `event.extra`; `unit: "bytes"` makes a bar count in MB. */
  [extra: string]: unknown;
}

/** A report for {@linkcode ProgressManager.step}. */
export interface ProgressStep {
  /**
   * Describes the step to people.
   *
   * @default {the operation's own message}
   */
  message?: string;
  /**
   * The number of the step, or of the units of work that are done.
   *
   * @default {one more than the last step, 0 for the first}
   */
  step?: number;
}

/** A report for {@linkcode ProgressManager.end}. */
export interface ProgressEnd {
  /**
   * Describes the outcome to people.
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
 * always reported, with an exit state that tells an error. With `using` the end
 * is reported as a normal one when the scope is left: a scope does not tell why.
 *
 * Import it from `@sluice/sluice/events`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * Source of the semantics: `encore.events.ProgressManager`.
 *
 * @example Usage
 * ```ts
 * import { ProgressManager } from "@sluice/sluice/events";
 *
 * const rows = ["a", "b", "c"];
 * const progress = new ProgressManager({
 *   message: "Loading rows",
 *   steps: rows.length,
 * });
 * await progress.run(() => {
 *   for (const _row of rows) progress.step();
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
   * Makes the manager of an operation that has not started. The
   * `globalEventManager` emits its events.
   *
   * @param options Properties of the operation.
   * @throws {TypeError} If `steps` is not a number.
   * @throws {RangeError} If `steps` is neither -1 nor a non-negative number.
   */
  constructor(options?: ProgressManagerOptions);
  /**
   * Makes the manager of an operation that has not started.
   *
   * @param eventManager Emits the events; the `globalEventManager` if it is
   * `undefined`.
   * @param options Properties of the operation.
   * @throws {TypeError} If `steps` is not a number.
   * @throws {RangeError} If `steps` is neither -1 nor a non-negative number.
   */
  constructor(
    eventManager: EventManager | undefined,
    options?: ProgressManagerOptions,
  );
  constructor(
    first: EventManager | ProgressManagerOptions | undefined,
    second?: ProgressManagerOptions,
  ) {
    const [eventManager, options] = isEventManager(first)
      ? [first, second ?? {}]
      : [globalEventManager, second ?? first ?? {}];
    const {
      source = this,
      operationId = crypto.randomUUID(),
      message = "Performing operation",
      steps = -1,
      ...extra
    } = options;
    checkSteps(steps);
    this.#eventManager = eventManager;
    this.#origin = { source, operationId, message, extra };
    this.#steps = steps;
  }

  /** True when the operation has started and not yet ended. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * Reports the start of the operation, unless it is running already.
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
   * Reports that the operation has made progress.
   *
   * @param report The number of the step, and a message.
   * @throws {EventError} `NOT_STARTED` before the start and after the end.
   * @throws {TypeError} If `step` is not a number.
   * @throws {RangeError} If `step` is `NaN`.
   */
  step(report: ProgressStep = {}): void {
    this.#assertRunning("step");
    const { message = this.#origin.message, step = this.#nextStep } = report;
    checkNumber("step", step);
    this.#nextStep = step + 1;
    this.#emit(this.stepEvent({ ...this.#origin, message, step }));
  }

  /**
   * Reports the end of the operation.
   *
   * @param report How it ended, and a message.
   * @throws {EventError} `NOT_STARTED` before the start and after the end.
   */
  end(report: ProgressEnd = {}): void {
    this.#assertRunning("end");
    const { message = this.#origin.message, exitState = "normal" } = report;
    this.#running = false;
    this.#emit(this.endEvent({ ...this.#origin, message, exitState }));
  }

  /**
   * Reports the start, runs the operation, and reports the end.
   *
   * @param operation The operation.
   * @returns The result of the operation.
   * @throws The error of the operation, after an end with the exit state
   * `exception`.
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

  /** Reports the end of the operation, unless it has been reported. */
  [Symbol.dispose](): void {
    if (this.#running) this.end();
  }

  /** Makes the event of the start; a subclass can make its own. */
  protected startEvent(
    init: ProgressEventInit & { steps: number },
  ): ProgressEvent {
    return new ProgressStartEvent(init);
  }

  /** Makes the event of a step; a subclass can make its own. */
  protected stepEvent(
    init: ProgressEventInit & { step: number },
  ): ProgressEvent {
    return new ProgressStepEvent(init);
  }

  /** Makes the event of the end; a subclass can make its own. */
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

/** That of another copy of this package is one, too. */
function isEventManager(value: unknown): value is EventManager {
  return typeof value === "object" && value !== null && "emit" in value &&
    typeof value.emit === "function";
}

function checkSteps(steps: unknown): asserts steps is number {
  if (typeof steps === "number" && (steps === -1 || steps >= 0)) return;
  const make = typeof steps === "number" ? outOfRange : refused;
  throw make("steps", "-1 or a non-negative number", steps);
}
