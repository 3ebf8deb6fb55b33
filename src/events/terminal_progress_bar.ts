import { checkNonNegative, isDeno, terminalText } from "../internal/mod.ts";
import { barLine } from "./bar_line.ts";
import { besidePrints, draw } from "./beside_bars.ts";
import type { EventManager } from "./event_manager.ts";
import {
  ProgressEndEvent,
  ProgressStartEvent,
  ProgressStepEvent,
} from "./progress_events.ts";
import { hasTerminal, terminalSize } from "./terminal.ts";

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
    forceRedraw: boolean;
    linewrap: boolean;
    stream: OutputStream;
  }) => MultiBar;
}

/** The part of a stream of Node.js that the library uses. */
interface OutputStream {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string, callback?: () => void): boolean;
}

interface MultiBar {
  readonly terminal: { cursorRelativeReset(): void; clearBottom(): void };
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

/** The bars on the terminal. */
interface Drawing {
  readonly bars: MultiBar;
  readonly prints: Disposable;
  /** The bar that stands for those that have no room. */
  more?: Bar;
}

/**
 * Draws a bar on standard error for every operation that takes long and reports
 * its progress to the event manager. Where standard error is no terminal it
 * draws nothing. There are no more bars than rows; each is one line, in which
 * the percentage has room first. What the program prints with `console`, or
 * writes to `Deno.stdout` and `Deno.stderr`, stays above the bars.
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
  #drawing?: Drawing;

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
    this.#disconnect = hasTerminal() ? this.#listenTo(eventManager) : () => {};
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
    const drawing = this.#drawing ??= this.#startDrawing(this.#library);
    const shown = message && String(message);
    if (!operation.bar && this.#shownCount() < mostBars()) {
      const { bars } = drawing;
      operation.bar = bars.create(Math.max(operation.steps, 0), 0);
    }
    operation.bar?.update(step, { message: shown, unit: operation.unit });
    this.#showMore(drawing);
  }

  #startDrawing({ MultiBar }: CliProgress): Drawing {
    let isMidLine = false;
    const bars = new MultiBar({
      // The library calls it in a timer, where an error would end the program.
      format: (...state) => this.#orGiveUp(() => formatted(...state)) ?? "",
      clearOnComplete: true,
      // What the program prints is in the place of the bars.
      forceRedraw: true,
      // Else the terminal would cut off what the program prints.
      linewrap: true,
      stream: {
        isTTY: true,
        get columns() {
          return terminalSize().columns;
        },
        write(text, callback) {
          draw(isMidLine ? `\n${text}` : text);
          isMidLine = false;
          callback?.();
          return true;
        },
      },
    });
    const prints = besidePrints({
      hide() {
        if (isMidLine) return;
        bars.terminal.cursorRelativeReset();
        bars.terminal.clearBottom();
      },
      printed(value) {
        isMidLine = value;
      },
    });
    return { bars, prints };
  }

  #shownCount(): number {
    let count = 0;
    for (const { bar } of this.#operations.values()) if (bar) count++;
    return count;
  }

  /** One line tells how many operations have no bar of their own. */
  #showMore(drawing: Drawing): void {
    const shown = this.#shownCount();
    const waiting = this.#operations.size - shown;
    if (waiting === 0 || shown < mostBars()) {
      if (drawing.more) drawing.bars.remove(drawing.more);
      drawing.more = undefined;
      return;
    }
    drawing.more ??= drawing.bars.create(0, 0);
    drawing.more.update(waiting, { message: MORE });
  }

  #ended({ operationId }: ProgressEndEvent): void {
    const operation = this.#operations.get(operationId);
    this.#operations.delete(operationId);
    const drawing = this.#drawing;
    if (drawing && operation?.bar) drawing.bars.remove(operation.bar);
    if (drawing) this.#showMore(drawing);
    if (this.#operations.size === 0) this.#stopDrawing();
  }

  #stopDrawing(): void {
    const drawing = this.#drawing;
    this.#drawing = undefined;
    drawing?.bars.stop();
    drawing?.prints[Symbol.dispose]();
  }

  /** Loads the library once; no bar is drawn before it is there, or without it. */
  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    import("cli-progress").then(
      ({ default: library }) => void (this.#library = library),
      () =>
        sayOnce(
          `the npm package "cli-progress" is missing, add it with "${
            isDeno ? "deno add npm:" : "npm install "
          }cli-progress"`,
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
      drawing?.prints[Symbol.dispose]();
      sayOnce(error instanceof Error ? error.message : String(error));
      // Later, as it starts its timer again at the end of a redraw.
      queueMicrotask(() => this.#orGiveUp(() => drawing?.bars.stop()));
      return undefined;
    }
  }
}

let hasSaid = false;

/** Says why there are no bars, once however many there could be. */
function sayOnce(reason: string): void {
  if (hasSaid) return;
  hasSaid = true;
  console.error(`Cannot draw progress bars: ${terminalText(reason)}`);
}

/** The message of the line for all operations without a bar. */
const MORE = "... and more:";

/** Formats a bar for the width that the terminal has now. */
function formatted(
  _options: unknown,
  { value, total }: BarState,
  { message = "", unit }: Payload = {},
): string {
  // In the last column, some terminals begin the next line.
  const columns = terminalSize().columns - 1;
  return barLine({ message, value, total, unit }, columns);
}

/** Most bars at once: one line more tells about the others. */
function mostBars(): number {
  return Math.max(1, terminalSize().rows - 3);
}
