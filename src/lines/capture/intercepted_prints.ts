import { AsyncLocalStorage } from "node:async_hooks";
import type { PrintScope } from "./print_scope.ts";

/** What a program prints to. */
export type StandardStream = "stdout" | "stderr";

/** The scope around the code that is running. */
export const printScopes = new AsyncLocalStorage<PrintScope | undefined>();

/** The methods of the console that print, and where to. */
const CONSOLE_METHODS = {
  assert: "stderr",
  clear: "stdout",
  count: "stdout",
  countReset: "stdout",
  debug: "stdout",
  dir: "stdout",
  dirxml: "stdout",
  error: "stderr",
  group: "stdout",
  groupCollapsed: "stdout",
  groupEnd: "stdout",
  info: "stdout",
  log: "stdout",
  table: "stdout",
  time: "stdout",
  timeEnd: "stdout",
  timeLog: "stdout",
  trace: "stderr",
  warn: "stderr",
} as const satisfies Record<string, StandardStream>;

type ConsoleMethod = keyof typeof CONSOLE_METHODS;

let users = 0;
let restore: (() => void)[] = [];

/**
 * Sends every print through the scope around it, if there is one.
 *
 * @returns Ends it; the program's own console is back when no one uses it.
 */
export function interceptPrints(): () => void {
  if (users++ === 0) restore = install();
  let released = false;
  return () => {
    if (released) return;
    released = true;
    if (--users > 0) return;
    for (const undo of restore) undo();
  };
}

function install(): (() => void)[] {
  const methods = Object.keys(CONSOLE_METHODS) as ConsoleMethod[];
  return [
    ...methods.map(interceptConsole),
    ...interceptStream("stdout"),
    ...interceptStream("stderr"),
  ];
}

function interceptConsole(method: ConsoleMethod): () => void {
  const stream = CONSOLE_METHODS[method];
  const original = console[method] as (...args: unknown[]) => void;
  return replace(console, method, {
    value: (...args: unknown[]) => {
      const scope = printScopes.getStore()?.scopeOf(stream);
      if (scope === undefined) return original.apply(console, args);
      const print = scope.console[method] as (...args: unknown[]) => void;
      return print.apply(scope.console, args);
    },
    writable: true,
  });
}

function interceptStream(stream: StandardStream): (() => void)[] {
  const real = Deno[stream];
  const { write, writeSync } = real;
  const scopeHere = () => printScopes.getStore()?.scopeOf(stream);
  const writableHere = () => {
    const scope = scopeHere();
    if (scope === undefined) return undefined;
    return new WritableStream<Uint8Array>({
      write: (bytes) => scope.write(stream, bytes),
    });
  };
  const realWritable = () =>
    Reflect.get(Object.getPrototypeOf(real), "writable", real);

  return [
    replace(real, "write", {
      value: async (bytes: Uint8Array) => {
        const scope = scopeHere();
        if (scope === undefined) return await write.call(real, bytes);
        await scope.write(stream, bytes);
        return bytes.byteLength;
      },
      writable: true,
    }),
    replace(real, "writeSync", {
      value: (bytes: Uint8Array) => {
        const scope = scopeHere();
        if (scope === undefined) return writeSync.call(real, bytes);
        scope.write(stream, bytes);
        return bytes.byteLength;
      },
      writable: true,
    }),
    replace(real, "writable", { get: () => writableHere() ?? realWritable() }),
  ];
}

/** Replaces a property, and gives back what puts the old one in its place. */
function replace(
  owner: object,
  name: string,
  descriptor: PropertyDescriptor,
): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const isOurs = () => {
    const now = Object.getOwnPropertyDescriptor(owner, name);
    return now?.value === descriptor.value && now?.get === descriptor.get;
  };
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: before?.enumerable ?? true,
    ...descriptor,
  });
  return () => {
    // Someone else may have replaced it since.
    if (!isOurs()) return;
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}
