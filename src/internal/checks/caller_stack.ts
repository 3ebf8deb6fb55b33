/**
 * Stack traces that begin where a user called this package, not inside it. An
 * error that comes from elsewhere, such as the user's own source of bytes, keeps
 * its trace.
 */

/** Any function. */
// deno-lint-ignore no-explicit-any
type Fn = (...args: any[]) => any;

/** Where this package is, wherever below its sources or its bundles this is. */
const ROOT = import.meta.url.replace(/^(.*\/)(?:src|dist)\/.*$/, "$1");

/** The files of this package, as frames of a stack name them. */
const OWN = ["src/", "dist/"].map((folder) => ROOT + folder);

/** Frames of the runtime: its files, and functions without a file. */
const OF_RUNTIME = /[ (](?:ext:|node:)|\(<anonymous>\)$|\(index \d+\)$/;

/** Enough to reach the user's code from anywhere in the package. */
const DEEP_LIMIT = 60;

/**
 * Lets the trace of an error that leaves this package begin with the caller of
 * `door`, a function that is on the stack.
 *
 * @returns The error.
 */
export function atCaller(error: unknown, door: Fn): unknown {
  if (error instanceof Error && isFromHere(error)) {
    Error.captureStackTrace(error, door);
  }
  return error;
}

/**
 * The same for calls of the file system. Programs ask in great numbers for what
 * is not there: such an error is not looked at first, which takes longer than
 * the call.
 */
export function systemErrorAtCaller(error: unknown, door: Fn): unknown {
  const isAbsence = error instanceof Error && "code" in error &&
    error.code === "ENOENT";
  if (!isAbsence || !Object.isExtensible(error)) return atCaller(error, door);
  Error.captureStackTrace(error, door);
  return error;
}

/** Which errors are thrown in great numbers. */
export interface FrequentErrors {
  /**
   * A class of errors of this package that programs count on, and that are not
   * looked at first: that takes longer than the call.
   */
  readonly frequent?: abstract new (...args: never[]) => Error;
}

/** The same with a class of errors that are not looked at first. */
export function errorAtCaller(
  error: unknown,
  door: Fn,
  { frequent }: FrequentErrors,
): unknown {
  const isFrequent = frequent !== undefined && error instanceof frequent;
  if (!isFrequent) return atCaller(error, door);
  Error.captureStackTrace(error, door);
  return error;
}

/**
 * Makes a function whose errors have such traces, also those that its promise
 * rejects with.
 */
export function errorsAtCaller<F extends Fn>(
  fn: F,
  { frequent }: FrequentErrors = {},
): F {
  /** In a promise's own turn: the trace is that of the code that awaits it. */
  const rethrow = (error: unknown): never => {
    throw errorAtCaller(error, rethrow, { frequent });
  };
  const door = function (this: unknown, ...args: unknown[]) {
    let result: unknown;
    try {
      result = fn.apply(this, args);
    } catch (error) {
      throw errorAtCaller(error, door, { frequent });
    }
    return result instanceof Promise ? result.catch(rethrow) : result;
  };
  Object.defineProperty(door, "name", { value: fn.name });
  Object.defineProperty(door, "length", { value: fn.length });
  return door as F;
}

/** Options of {@linkcode methodsErrAtCaller}. */
export interface MethodsErrOptions extends FrequentErrors {
  /** Methods that are called again and again from within. */
  readonly except?: readonly string[];
}

/** Makes the methods of a class such functions, but for those with a symbol. */
export function methodsErrAtCaller(
  { prototype }: { readonly prototype: object },
  { except = [], frequent }: MethodsErrOptions = {},
): void {
  const left = new Set(["constructor", ...except]);
  const methods = Object.getOwnPropertyDescriptors(prototype);
  for (const [name, descriptor] of Object.entries(methods)) {
    if (left.has(name) || typeof descriptor.value !== "function") continue;
    const value = errorsAtCaller(descriptor.value, { frequent });
    Object.defineProperty(prototype, name, { ...descriptor, value });
  }
}

/** Makes an error, for instance of an argument, whose trace begins outside. */
export function madeAtCaller<E extends Error>(make: () => E): E {
  const { stackTraceLimit: limit } = Error;
  if (!(limit > 0) || !Reflect.set(Error, "stackTraceLimit", DEEP_LIMIT)) {
    return make();
  }
  let error: E;
  let stack: unknown;
  try {
    error = make();
    ({ stack } = error);
  } finally {
    Error.stackTraceLimit = limit;
  }
  const [header, frames] = divided(error, stack);
  const first = frames.findIndex((frame) => !isOfPackage(frame));
  const shown = frames.slice(Math.max(0, first)).slice(0, limit);
  if (shown.length > 0) setStack(error, [header, ...shown].join("\n"));
  return error;
}

/** The place of a call, for errors of a stream that the call returns. */
export class CallPlace {
  /** Takes note of the functions on the stack. */
  constructor() {
    // It is formatted when somebody reads it.
    Error.captureStackTrace(this, CallPlace);
  }

  /** Lets the trace of an error that was made in this package be that of the call. */
  traced(error: unknown): unknown {
    if (!(error instanceof Error) || !isFromHere(error)) return error;
    const [header] = divided(error, error.stack);
    const { stack } = this as { stack?: unknown };
    const [, frames] = divided(this, stack);
    const first = frames.findIndex((frame) => !isOfPackage(frame));
    if (first < 0) return error;
    setStack(error, [header, ...frames.slice(first)].join("\n"));
    return error;
  }
}

/** Tells whether an error was made by this package or by the runtime. */
function isFromHere(error: Error): boolean {
  if (!Object.isExtensible(error)) return false;
  const [, frames] = divided(error, error.stack);
  const first = frames.find((frame) => !OF_RUNTIME.test(frame));
  return first === undefined || isOfPackage(first);
}

/** Divides a trace into what stands before its frames, and these. */
function divided(
  error: object,
  stack: unknown,
): [header: string, frames: string[]] {
  // A program may have traces of its own kind.
  if (typeof stack !== "string") return [String(error), []];
  const message = String(error);
  const start = stack.startsWith(message) ? message.length : 0;
  const at = stack.indexOf("\n    at ", start);
  if (at < 0) return [stack, []];
  return [stack.slice(0, at), stack.slice(at + 1).split("\n")];
}

function isOfPackage(frame: string): boolean {
  return OWN.some((url) => frame.includes(url));
}

function setStack(error: Error, value: string): void {
  Object.defineProperty(error, "stack", {
    configurable: true,
    writable: true,
    value,
  });
}
