import { BaseEvent, type BaseEventInit } from "./base_event.ts";

/** How an operation ended. */
export type ExitState = "normal" | "warning" | "error" | "exception";

/** What every {@linkcode ProgressEvent} is made from. */
export interface ProgressEventInit extends BaseEventInit {
  /** Tells the operation from all others. */
  operationId: unknown;
  /** What is being done, for people. */
  message: string;
  /**
   * Whatever else the operation has to say about itself.
   *
   * @default {{}}
   */
  extra?: Readonly<Record<string, unknown>>;
}

/**
 * News of an operation that takes time: the class to listen to for all of them.
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
  /** Tells the operation from all others. */
  readonly operationId: unknown;
  /** What is being done, for people. */
  readonly message: string;
  /** Whatever else the operation has to say about itself. */
  readonly extra: Readonly<Record<string, unknown>>;

  /**
   * Makes an event of an operation.
   *
   * @param init Which operation, and what it has to say.
   */
  constructor(init: ProgressEventInit) {
    super(init);
    this.operationId = init.operationId;
    this.message = init.message;
    this.extra = init.extra ?? {};
  }
}

/** An operation has begun. */
export class ProgressStartEvent extends ProgressEvent {
  /** The number of steps to come, -1 if it is not known. */
  readonly steps: number;

  /**
   * Makes the event of a start.
   *
   * @param init Which operation, and how many steps it will take.
   */
  constructor(init: ProgressEventInit & { steps: number }) {
    super(init);
    this.steps = init.steps;
  }
}

/** An operation has come further. */
export class ProgressStepEvent extends ProgressEvent {
  /** How far: the number of the step, or of the units of work done so far. */
  readonly step: number;

  /**
   * Makes the event of a step.
   *
   * @param init Which operation, and how far it has come.
   */
  constructor(init: ProgressEventInit & { step: number }) {
    super(init);
    this.step = init.step;
  }
}

/** An operation has ended, well or not. */
export class ProgressEndEvent extends ProgressEvent {
  /** How it ended. */
  readonly exitState: ExitState;

  /**
   * Makes the event of an end.
   *
   * @param init Which operation, and how it ended.
   */
  constructor(init: ProgressEventInit & { exitState: ExitState }) {
    super(init);
    this.exitState = init.exitState;
  }
}
