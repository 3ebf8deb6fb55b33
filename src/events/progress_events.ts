import { BaseEvent, type BaseEventInit } from "./base_event.ts";

/** How an operation ended. */
export type ExitState = "normal" | "warning" | "error" | "exception";

/** Properties of every {@linkcode ProgressEvent}. */
export interface ProgressEventInit extends BaseEventInit {
  /** Identifies the operation. */
  operationId: unknown;
  /** Describes the operation to people. */
  message: string;
  /**
   * Further properties of the operation.
   *
   * @default {no properties}
   */
  extra?: Readonly<Record<string, unknown>>;
}

/**
 * A report on an operation that takes time; the superclass of all of them.
 *
 * Source of the semantics: `encore.events.progress_events`.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, ProgressEvent } from "@sluice/sluice/events";
 *
 * globalEventManager.connect(ProgressEvent, ({ operationId, message }) => {
 *   console.log(operationId, message);
 * });
 * ```
 */
export class ProgressEvent extends BaseEvent {
  /** Identifies the operation. */
  readonly operationId: unknown;
  /** Describes the operation to people. */
  readonly message: string;
  /** Further properties of the operation. */
  readonly extra: Readonly<Record<string, unknown>>;

  /**
   * Makes an event of an operation.
   *
   * @param init Properties of the operation.
   */
  constructor(init: ProgressEventInit) {
    super(init);
    this.operationId = init.operationId;
    this.message = init.message;
    this.extra = init.extra ?? {};
  }
}

/**
 * An operation has begun.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, ProgressStartEvent } from "@sluice/sluice/events";
 *
 * globalEventManager.connect(ProgressStartEvent, ({ message, steps }) => {
 *   console.log(`${message}: ${steps} steps`);
 * });
 * ```
 */
export class ProgressStartEvent extends ProgressEvent {
  /** The number of steps to come, -1 when it is not known. */
  readonly steps: number;

  /**
   * Makes the event of a start.
   *
   * @param init Properties of the operation, and the number of its steps.
   */
  constructor(init: ProgressEventInit & { steps: number }) {
    super(init);
    this.steps = init.steps;
  }
}

/**
 * An operation has made progress.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, ProgressStepEvent } from "@sluice/sluice/events";
 *
 * globalEventManager.connect(ProgressStepEvent, ({ message, step }) => {
 *   console.log(`${message}: ${step}`);
 * });
 * ```
 */
export class ProgressStepEvent extends ProgressEvent {
  /** The number of the step, or of the units of work that are done. */
  readonly step: number;

  /**
   * Makes the event of a step.
   *
   * @param init Properties of the operation, and the number of the step.
   */
  constructor(init: ProgressEventInit & { step: number }) {
    super(init);
    this.step = init.step;
  }
}

/**
 * An operation has ended, with success or not.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, ProgressEndEvent } from "@sluice/sluice/events";
 *
 * globalEventManager.connect(ProgressEndEvent, ({ message, exitState }) => {
 *   if (exitState === "exception") console.error(`failed: ${message}`);
 * });
 * ```
 */
export class ProgressEndEvent extends ProgressEvent {
  /** How it ended. */
  readonly exitState: ExitState;

  /**
   * Makes the event of an end.
   *
   * @param init Properties of the operation, and how it ended.
   */
  constructor(init: ProgressEventInit & { exitState: ExitState }) {
    super(init);
    this.exitState = init.exitState;
  }
}
