import { checkNonNegative, terminalText } from "../internal/mod.ts";
import type { EventManager } from "./event_manager.ts";
import {
  ProgressEndEvent,
  ProgressStartEvent,
  ProgressStepEvent,
} from "./progress_events.ts";

/** Options for {@linkcode TerminalProgressBar}. */
export interface TerminalProgressBarOptions {
  /**
   * Milliseconds: no bar is drawn for an operation before it has taken so long.
   *
   * @default {1000}
   */
  delay?: number;
}

/** What a bar shows besides the number of steps. */
interface Payload {
  readonly message?: string;
  readonly unit?: unknown;
}

/** The part of `cli-progress` in use; its own types depend on those of Node.js. */
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
 * Draws a bar on standard error for every operation that takes long and reports
 * its progress to the event manager. Where standard error is no terminal it
 * draws nothing.
 *
 * The bars need the npm package `cli-progress`, which is loaded for the first
 * bar. Where it is missing, one line on standard error says so and the
 * operations go on without bars.
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
  #loading = false;
  #library?: CliProgress;
  #drawing?: MultiBar;

  /**
   * Starts listening.
   *
   * @param eventManager Emits the events of the operations to draw.
   * @param options When to draw.
   * @throws {TypeError} If `delay` is not a number.
   * @throws {RangeError} If `delay` is negative.
   */
  constructor(
    eventManager: EventManager,
    options: TerminalProgressBarOptions = {},
  ) {
    const { delay = 1_000 } = options;
    checkNonNegative("delay", delay);
    this.#delay = delay;
    this.#disconnect = Deno.stderr.isTerminal()
      ? this.#listenTo(eventManager)
      : () => {};
  }

  /** Stops listening and removes the bars from the terminal. */
  [Symbol.dispose](): void {
    this.#disconnect();
    this.#operations.clear();
    this.#orGiveUp(() => this.#stopDrawing());
  }

  #listenTo(events: EventManager): () => void {
    const started = (event: ProgressStartEvent) => this.#started(event);
    const stepped = (event: ProgressStepEvent) =>
      this.#orGiveUp(() => this.#stepped(event));
    const ended = (event: ProgressEndEvent) =>
      this.#orGiveUp(() => this.#ended(event));
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
    if (!operation) return;
    if (performance.now() - operation.begun < this.#delay) return;
    if (!this.#library) return this.#load();
    this.#drawing ??= new this.#library.MultiBar({
      // The library calls it in a timer, where an error would end the program.
      format: (...state) => this.#orGiveUp(() => barLine(...state)) ?? "",
      clearOnComplete: true,
    });
    operation.bar ??= this.#drawing.create(Math.max(operation.steps, 0), 0);
    const shown = message && terminalText(String(message));
    operation.bar.update(step, { message: shown, unit: operation.unit });
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

  /** Loads the library once; no bar is drawn before it is there, or without it. */
  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    import("cli-progress").then(
      ({ default: library }) => void (this.#library = library),
      () =>
        sayOnce(
          'the npm package "cli-progress" is missing, add it with "deno add npm:cli-progress"',
        ),
    );
  }

  /** A terminal that cannot be drawn on must not disturb the operation. */
  #orGiveUp<T>(draw: () => T): T | undefined {
    try {
      return draw();
    } catch (error) {
      const drawing = this.#drawing;
      this.#library = undefined;
      this.#drawing = undefined;
      sayOnce(error instanceof Error ? error.message : String(error));
      // Later, as it starts its timer again at the end of a redraw.
      queueMicrotask(() => this.#orGiveUp(() => drawing?.stop()));
      return undefined;
    }
  }
}

let hasSaid = false;

/** Says why there are no bars, once however many there could be. */
function sayOnce(reason: string): void {
  if (hasSaid) return;
  hasSaid = true;
  console.error(`Cannot draw progress bars: ${reason}`);
}

const BAR_WIDTH = 30;

/** Formats the line of an operation; without a known total it has no bar. */
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
