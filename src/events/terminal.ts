import { isDeno, type ReplaceProperty, writeAllSync } from "../internal/mod.ts";

/** The standard output and the standard error of the program. */
const STREAMS = ["stdout", "stderr"] as const;

const LINE_FEED = 10;

/** Called before each write, with whether it leaves a line without its end. */
type Written = (isMidLine: boolean) => void;

/** Returns whether standard error is a terminal. */
export function hasTerminal(): boolean {
  // deno-lint-ignore no-process-global
  return isDeno ? Deno.stderr.isTerminal() : process.stderr.isTTY === true;
}

/** Writes to standard error. */
export function writeToTerminal(text: string): void {
  if (isDeno) writeAllSync(Deno.stderr, new TextEncoder().encode(text));
  // deno-lint-ignore no-process-global
  else process.stderr.write(text);
}

/** Returns the size of the terminal, or a usual one where it is not known. */
export function terminalSize(): { columns: number; rows: number } {
  try {
    // deno-lint-ignore no-process-global
    const { columns, rows } = isDeno ? Deno.consoleSize() : process.stderr;
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/** Replaces what writes to the terminal, to call back before. */
export function beforeWrites(replace: ReplaceProperty, written: Written): void {
  for (const name of STREAMS) {
    if (isDeno) beforeWritesInDeno(name, replace, written);
    else beforeWritesInNode(name, replace, written);
  }
}

function beforeWritesInDeno(
  stream: typeof STREAMS[number],
  replace: ReplaceProperty,
  written: Written,
): void {
  const real = Deno[stream];
  if (!real.isTerminal()) return;
  const write = real.writeSync;
  const writeSync = (bytes: Uint8Array) => {
    written(bytes.at(-1) !== LINE_FEED);
    return write.call(real, bytes);
  };
  replace(real, "writeSync", { value: writeSync, writable: true });
  // An asynchronous write could come after what is drawn next.
  const value = (bytes: Uint8Array) => Promise.try(writeSync, bytes);
  replace(real, "write", { value, writable: true });
}

function beforeWritesInNode(
  stream: typeof STREAMS[number],
  replace: ReplaceProperty,
  written: Written,
): void {
  // deno-lint-ignore no-process-global
  const real = process[stream];
  if (!real.isTTY) return;
  const write = real.write as (...args: unknown[]) => boolean;
  const value = (chunk: string | Uint8Array, ...others: unknown[]) => {
    written(chunk.at(-1) !== (typeof chunk === "string" ? "\n" : LINE_FEED));
    return write.call(real, chunk, ...others);
  };
  replace(real, "write", { value, writable: true });
}
