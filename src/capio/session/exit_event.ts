import { beginEnding, builtin } from "../platform/mod.ts";

/** `process`, with the property by which Node knows that `exit` is emitted. */
type Process = NodeJS.Process & { _exiting: boolean };
type Emit = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Calls `callback` after the `exit` event with which a program of its own
 * accord comes to its end, and says whether a listener has thrown. The `exit`
 * event of `process.exit()` is not the last thing that runs.
 *
 * A listener of the event could not do that. It would be seen, listeners that
 * are added later would follow it, and so would what libraries do that put
 * their own function in the place of `process.emit`. But the runtime sets
 * `process._exiting` directly before it looks up `process.emit`, and at this
 * moment the function that it finds can be wrapped.
 */
export function afterExitEvent(
  callback: (threw: boolean) => void,
): Disposable {
  const process = builtin("process") as Process;
  const before = Object.getOwnPropertyDescriptor(process, "_exiting");
  let exiting = process._exiting;
  Object.defineProperty(process, "_exiting", {
    configurable: true,
    enumerable: before?.enumerable ?? true,
    get: () => exiting,
    set(value) {
      exiting = value;
      if (!value) return;
      beginEnding();
      wrapNextEmit(process, callback);
    },
  });
  return {
    [Symbol.dispose]() {
      const now = { ...before, value: exiting };
      Object.defineProperty(process, "_exiting", now);
    },
  };
}

/** Wraps `process.emit` for the one that looks it up next, if it is the runtime. */
function wrapNextEmit(
  process: Process,
  callback: (threw: boolean) => void,
): void {
  const before = Object.getOwnPropertyDescriptor(process, "emit");
  const restore = () => {
    if (before) Object.defineProperty(process, "emit", before);
    else Reflect.deleteProperty(process, "emit");
  };
  const accessor = {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    get(): unknown {
      restore();
      const emit = process.emit as Emit;
      return isEndOfThread(accessor.get) ? emitting(emit, callback) : emit;
    },
    set(value: unknown): void {
      restore();
      Reflect.set(process, "emit", value);
    },
  };
  Object.defineProperty(process, "emit", accessor);
}

function emitting(emit: Emit, callback: (threw: boolean) => void): Emit {
  return function (...args) {
    let threw = true;
    try {
      const result = emit.apply(this, args);
      threw = false;
      return result;
    } finally {
      callback(threw);
    }
  };
}

/** Returns whether `fn` was called by the runtime, and not in `process.exit()`. */
function isEndOfThread(fn: () => unknown): boolean {
  const caller = callerOf(fn);
  // A program may prevent that there is any. Then it is what it usually is.
  if (caller === undefined) return true;
  return /[ ([](ext|node):/.test(caller) && !/\bexit \(node:/.test(caller);
}

/** Returns the line of the stack about the caller of `fn`. */
function callerOf(fn: () => unknown): string | undefined {
  // A program may have set these, or have frozen them.
  const before = Object.getOwnPropertyDescriptors(Error);
  Reflect.set(Error, "stackTraceLimit", 1);
  Reflect.deleteProperty(Error, "prepareStackTrace");
  const trace: { stack?: unknown } = {};
  Error.captureStackTrace(trace, fn);
  const stack = String(trace.stack);
  for (const name of ["stackTraceLimit", "prepareStackTrace"] as const) {
    if (name in before) Reflect.defineProperty(Error, name, before[name]);
  }
  return stack.split("\n").find((line) => /^\s+at /.test(line));
}
