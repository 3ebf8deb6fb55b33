import type { EventManager } from "./event_manager.ts";
import {
  ProgressEndEvent,
  ProgressStartEvent,
  ProgressStepEvent,
} from "./progress_events.ts";

/** Options for {@linkcode TerminalProgressBar}. */
export interface TerminalProgressBarOptions {
  /**
   * Milliseconds that an operation must take before a bar is drawn for it.
   *
   * @default {1000}
   */
  delay?: number;
}

/** What is drawn beside the number of steps. */
interface Payload {
  readonly message?: string;
  readonly unit?: unknown;
}

/** The part of `cli-progress` in use; its own types would bring Node's along. */
interface CliProgress {
  MultiBar: new (options: {
    format: (options: unknown, state: BarState, payload?: Payload) => string;
    clearOnComplete: boolean;
  }) => MultiBar;
}

interface MultiBar {
  create(total: number, value: number): Bar;
  remove(bar: Bar): void;
  stop(): void;
}

interface Bar {
  update(value: number, payload: Payload): void;
}

interface BarState {
  readonly value: number;
  readonly total: number;
}

interface Operation {
  readonly begun: number;
  readonly steps: number;
  readonly unit: unknown;
  bar?: Bar;
}

/**
 * Draws a bar on standard error for every operation that takes its time and
 * reports its progress to the event manager. Where standard error is not a
 * terminal it draws nothing.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, TerminalProgressBar } from "@sluice/sluice/events";
 *
 * using _bar = new TerminalProgressBar(globalEventManager);
 * ```
 */
export class TerminalProgressBar implements Disposable {
  readonly #delay: number;
  readonly #operations = new Map<unknown, Operation>();
  readonly #disconnect: () => void;
  #library?: CliProgress;
  #drawing?: MultiBar;

  /**
   * Starts listening.
   *
   * @param eventManager Whose operations to draw.
   * @param options When to draw.
   */
  constructor(
    eventManager: EventManager,
    options: TerminalProgressBarOptions = {},
  ) {
    this.#delay = options.delay ?? 1_000;
    this.#disconnect = Deno.stderr.isTerminal()
      ? this.#listenTo(eventManager)
      : () => {};
  }

  /** Stops listening and takes the bars off the terminal. */
  [Symbol.dispose](): void {
    this.#disconnect();
    this.#operations.clear();
    this.#stopDrawing();
  }

  #listenTo(events: EventManager): () => void {
    // Only a terminal needs the library; a step before it is there is skipped.
    // Where it cannot be loaded the operations go on without a bar.
    import("cli-progress").then(({ default: library }) => {
      this.#library = library;
    }, () => {});
    const started = (event: ProgressStartEvent) => this.#started(event);
    const stepped = (event: ProgressStepEvent) => this.#stepped(event);
    const ended = (event: ProgressEndEvent) => this.#ended(event);
    events.connect(ProgressStartEvent, started);
    events.connect(ProgressStepEvent, stepped);
    events.connect(ProgressEndEvent, ended);
    return () => {
      events.disconnect(ProgressStartEvent, started);
      events.disconnect(ProgressStepEvent, stepped);
      events.disconnect(ProgressEndEvent, ended);
    };
  }

  #started({ operationId, steps, extra }: ProgressStartEvent): void {
    const begun = performance.now();
    this.#operations.set(operationId, { begun, steps, unit: extra.unit });
  }

  #stepped({ operationId, message, step }: ProgressStepEvent): void {
    const operation = this.#operations.get(operationId);
    if (!operation || !this.#library) return;
    if (performance.now() - operation.begun < this.#delay) return;
    this.#drawing ??= new this.#library.MultiBar({
      format: barLine,
      clearOnComplete: true,
    });
    operation.bar ??= this.#drawing.create(Math.max(operation.steps, 0), 0);
    operation.bar.update(step, { message, unit: operation.unit });
  }

  #ended({ operationId }: ProgressEndEvent): void {
    const operation = this.#operations.get(operationId);
    this.#operations.delete(operationId);
    if (operation?.bar) this.#drawing?.remove(operation.bar);
    if (this.#operations.size === 0) this.#stopDrawing();
  }

  #stopDrawing(): void {
    this.#drawing?.stop();
    this.#drawing = undefined;
  }
}

const BAR_WIDTH = 30;

/** One operation's line; without a known total there is no bar to draw. */
function barLine(
  _options: unknown,
  { value, total }: BarState,
  { message = "", unit }: Payload = {},
): string {
  const amount = (count: number) =>
    unit === "bytes" ? `${(count / 1e6).toFixed(1)} MB` : String(count);
  if (!(total > 0)) return `${message} ${amount(value)}`;
  const done = Math.min(1, value / total);
  const bar = "=".repeat(Math.round(done * BAR_WIDTH)).padEnd(BAR_WIDTH, "-");
  const percentage = Math.floor(done * 100);
  return `${message} [${bar}] ${percentage}% ${amount(value)}/${amount(total)}`;
}
