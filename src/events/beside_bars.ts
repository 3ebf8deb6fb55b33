import { SharedReplacement } from "../internal/mod.ts";
import { beforeWrites, writeToTerminal } from "./terminal.ts";

/** The methods of the console that print. */
const CONSOLE_METHODS = [
  ...["assert", "clear", "count", "debug", "dir", "dirxml", "error", "group"],
  ...["groupCollapsed", "info", "log", "table", "timeEnd", "timeLog", "trace"],
  "warn",
] as const satisfies readonly string[];

/** What is drawn on the terminal that a program prints on. */
interface Drawing {
  /** Removes it until it is drawn again. */
  hide(): void;
  /** Says whether the program has begun a line without its end. */
  printed(isMidLine: boolean): void;
}

const drawings = new Set<Drawing>();

/** Whether a drawing is writing now. */
let isDrawing = false;

const prints = new SharedReplacement((replace) => {
  for (const name of CONSOLE_METHODS) {
    const original = Reflect.get(console, name) as (...args: unknown[]) => void;
    const value = (...args: unknown[]) => {
      hideAll();
      original.apply(console, args);
      printed(false);
    };
    replace(console, name, { value, writable: true });
  }
  beforeWrites(replace, (isMidLine) => {
    if (isDrawing) return;
    hideAll();
    printed(isMidLine);
  });
});

/**
 * Hides a drawing whenever the program prints, until the result is disposed of:
 * what is printed stays on lines of its own, and the drawing comes back below.
 */
export function besidePrints(drawing: Drawing): Disposable {
  drawings.add(drawing);
  const replaced = prints.acquire();
  return {
    [Symbol.dispose]() {
      drawings.delete(drawing);
      replaced[Symbol.dispose]();
    },
  };
}

/** Writes a part of a drawing to standard error. */
export function draw(text: string): void {
  isDrawing = true;
  try {
    writeToTerminal(text);
  } finally {
    isDrawing = false;
  }
}

function hideAll(): void {
  for (const drawing of drawings) drawing.hide();
}

function printed(isMidLine: boolean): void {
  for (const drawing of drawings) drawing.printed(isMidLine);
}
