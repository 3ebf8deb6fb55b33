import { Buffer } from "node:buffer";
import {
  isDeno,
  SharedReplacement,
  writeAll,
  writeAllSync,
} from "../../internal/mod.ts";
import { type PrintScope, printScopes } from "./print_scope.ts";
import type { StandardStream } from "./print_target.ts";

/** The methods of the console that print, and the stream they print to. */
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

/**
 * Sends each print through the scope around it, or to the program's own console
 * where there is none.
 */
export const interceptedPrints: SharedReplacement = new SharedReplacement(
  (replace) => {
    const methods = Object.keys(CONSOLE_METHODS) as ConsoleMethod[];
    for (const method of methods) {
      replace(console, method, interceptedMethod(method));
    }
    for (const stream of ["stdout", "stderr"] as const) {
      if (!isDeno) {
        // deno-lint-ignore no-process-global
        replace(process[stream], "write", interceptedWrite(stream));
        continue;
      }
      const properties = Object.entries(interceptedStream(stream));
      for (const [name, descriptor] of properties) {
        replace(Deno[stream], name, descriptor);
      }
    }
  },
);

function interceptedMethod(method: ConsoleMethod): PropertyDescriptor {
  const stream = CONSOLE_METHODS[method];
  const original = console[method] as (...args: unknown[]) => void;
  return {
    value: (...args: unknown[]) => {
      const scope = printScopes.getStore()?.scopeOf(stream);
      if (scope === undefined) return original.apply(console, args);
      if (scope.tee) {
        scope.outside(() => Reflect.apply(console[method], console, args));
      }
      const print = scope.console[method] as (...args: unknown[]) => void;
      return print.apply(scope.console, args);
    },
    writable: true,
  };
}

/** The `write` of a stream of `process`, where there is no Deno. */
function interceptedWrite(stream: StandardStream): PropertyDescriptor {
  // deno-lint-ignore no-process-global
  const real = process[stream];
  const write = real.write as (...args: unknown[]) => boolean;
  return {
    value: (chunk: string | Uint8Array, ...others: unknown[]) => {
      const scope = printScopes.getStore()?.scopeOf(stream);
      if (scope === undefined) return write.call(real, chunk, ...others);
      if (scope.tee) scope.outside(() => real.write(chunk));
      const encoding = others[0] as "utf8";
      const bytes = typeof chunk === "string"
        ? Buffer.from(chunk, Buffer.isEncoding(encoding) ? encoding : "utf8")
        : chunk;
      const done = others.find((it) => typeof it === "function");
      scope.write(stream, bytes).then(() => done?.());
      return true;
    },
    writable: true,
  };
}

function interceptedStream(
  stream: StandardStream,
): Record<"write" | "writeSync" | "writable", PropertyDescriptor> {
  const real = Deno[stream];
  const { write, writeSync } = real;
  const scopeHere = () => printScopes.getStore()?.scopeOf(stream);
  const writeIn = async (scope: PrintScope, bytes: Uint8Array) => {
    const through = scope.tee
      ? scope.outside(() => writeAll(real, bytes))
      : undefined;
    const written = Promise.try(() => scope.write(stream, bytes));
    await Promise.all([through, written]);
  };
  const writableHere = () => {
    const scope = scopeHere();
    if (scope === undefined) return undefined;
    return new WritableStream<Uint8Array>({
      write: (bytes) => writeIn(scope, bytes),
    });
  };
  const realWritable = () =>
    Reflect.get(Object.getPrototypeOf(real), "writable", real);

  return {
    write: {
      value: async (bytes: Uint8Array) => {
        const scope = scopeHere();
        if (scope === undefined) return await write.call(real, bytes);
        await writeIn(scope, bytes);
        return bytes.byteLength;
      },
      writable: true,
    },
    writeSync: {
      value: (bytes: Uint8Array) => {
        const scope = scopeHere();
        if (scope === undefined) return writeSync.call(real, bytes);
        if (scope.tee) scope.outside(() => writeAllSync(real, bytes));
        scope.write(stream, bytes);
        return bytes.byteLength;
      },
      writable: true,
    },
    writable: { get: () => writableHere() ?? realWritable() },
  };
}
