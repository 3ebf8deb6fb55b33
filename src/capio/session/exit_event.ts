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
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, sites) => sites;
    const trace: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(trace, fn);
    const [caller] = trace.stack ?? [];
    const isRuntime = /^(\[?ext|node):/.test(caller?.getFileName() ?? "");
    return isRuntime && caller.getFunctionName() !== "exit";
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
