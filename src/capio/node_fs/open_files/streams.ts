import { beforeLoading, type ReplaceProperty } from "../../../internal/mod.ts";
import { builtin } from "../../platform/mod.ts";
import { fileOf, loseAtClose } from "./open_files.ts";
import {
  duringStreamCall,
  outsideStreamCalls,
  type StreamCall,
} from "./stream_calls.ts";

/** The part of a stream of `node:fs` that its methods need here. */
interface FileStream {
  readonly fd: unknown;
  readonly destroyed: boolean;
  readonly writableFinished?: boolean;
  _read?: Method;
  _destroy: Method;
}

type Method = (this: FileStream, ...args: unknown[]) => unknown;
type Callback = (error?: unknown) => void;

/** Replacements of methods, which call the one that was there. */
type Methods = Readonly<Record<string, (original: Method) => Method>>;

/** Properties of `node:fs` that load the classes of the streams. */
const NAMES = [
  "ReadStream",
  "WriteStream",
  "FileReadStream",
  "FileWriteStream",
  "createReadStream",
  "createWriteStream",
];

const READ_METHODS: Methods = {
  _construct: (original) =>
    function (callback) {
      callReplaced(this);
      const call = callOf(this);
      const constructed = (error: unknown) => {
        call.isOver = true;
        // The end of the wait is no error of a stream that is destroyed.
        const isEnd = call.signal.aborted && error === call.signal.reason;
        (callback as Callback)(isEnd ? undefined : error);
      };
      return duringStreamCall(call, () => original.call(this, constructed));
    },
  _read: watched,
  read: (original) =>
    function (...args) {
      // A class that extends Node's may have its own.
      const { _read } = this;
      if (_read && !isWatched.has(_read)) define(this, "_read", watched(_read));
      return original.apply(this, args);
    },
  push: (original) =>
    function (...args) {
      // It calls listeners of the program.
      return outsideStreamCalls(() => original.apply(this, args));
    },
  destroy: (original) =>
    function (...args) {
      closingOf(this).abort();
      return original.apply(this, args);
    },
};

const WRITE_METHODS: Methods = {
  _construct: (original) =>
    function (...args) {
      callReplaced(this);
      return original.apply(this, args);
    },
  destroy: (original) =>
    function (...args) {
      if (!this.destroyed && !this.writableFinished) {
        define(this, "_destroy", losing(this._destroy));
      }
      return original.apply(this, args);
    },
};

/**
 * Makes all streams of `node:fs` say what they ask for, and lose a file that
 * they have not finished. A function, a class that extends Node's or a wrapper
 * may make a stream: it inherits from one of two prototypes in any case, and
 * methods of these are replaced.
 *
 * That is done when the classes are first used: to load them takes milliseconds,
 * and most programs for Deno do not use them.
 */
export function replaceStreams(
  fs: typeof import("node:fs"),
  replace: ReplaceProperty,
): void {
  beforeLoading(fs, NAMES, replace, () => {
    const { Readable, Writable } = builtin("stream");
    replaceAll(prototypeBelow(Readable, fs.ReadStream), READ_METHODS, replace);
    replaceAll(
      prototypeBelow(Writable, fs.WriteStream),
      WRITE_METHODS,
      replace,
    );
  });
}

/** Returns Node's own prototype, whatever class the program has put before. */
function prototypeBelow(
  Base: { readonly prototype: object },
  Class: { readonly prototype: object },
): object | undefined {
  for (
    let prototype: object | null = Class.prototype;
    prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    if (Object.getPrototypeOf(prototype) === Base.prototype) return prototype;
  }
  return undefined;
}

function replaceAll(
  prototype: object | undefined,
  methods: Methods,
  replace: ReplaceProperty,
): void {
  if (!prototype) return;
  for (const [name, make] of Object.entries(methods)) {
    const own = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    const value = make(own ?? inherited(prototype, name));
    Object.defineProperty(value, "name", { value: name });
    replace(prototype, name, { value, writable: true });
  }
}

/** Calls the method of the class below, as it is at that moment. */
function inherited(prototype: object, name: string): Method {
  return function (...args) {
    const method = Reflect.get(Object.getPrototypeOf(prototype), name);
    return method.apply(this, args);
  };
}

/**
 * Makes a stream call the functions of the object `fs`. Before Deno 2.9.5 it
 * calls those of the module's namespace, which nothing can replace.
 */
function callReplaced(stream: FileStream): void {
  const key = Object.getOwnPropertySymbols(stream)
    .find(({ description }) => description === "kFs");
  if (!key) return;
  const functions = Reflect.get(stream, key);
  if (functions?.[Symbol.toStringTag] !== "Module") return;
  const fs = builtin("fs");
  if (functions.default === fs) Reflect.set(stream, key, fs);
}

const closings = new WeakMap<object, AbortController>();

/** Returns what aborts when the stream is destroyed. */
function closingOf(stream: object): AbortController {
  let closing = closings.get(stream);
  if (!closing) closings.set(stream, closing = new AbortController());
  return closing;
}

function callOf(stream: FileStream): StreamCall {
  return { stream, signal: closingOf(stream).signal };
}

const isWatched = new WeakSet<Method>();

/** Makes what `read` asks for known as what a stream asks for. */
function watched(read: Method): Method {
  const method: Method = function (...args) {
    const call = callOf(this);
    const result = duringStreamCall(call, () => read.apply(this, args));
    if (result instanceof Promise) {
      return result.finally(() => call.isOver = true);
    }
    return result;
  };
  isWatched.add(method);
  return method;
}

/** Makes a close of the descriptor during `destroy` lose the file. */
function losing(destroy: Method): Method {
  return function (error, callback) {
    const keep = loseAtClose(fileOf(this.fd));
    const destroyed: Callback = (error) => {
      keep();
      (callback as Callback)(error);
    };
    return destroy.call(this, error, destroyed);
  };
}

function define(stream: FileStream, name: string, value: Method): void {
  Object.defineProperty(stream, name, {
    configurable: true,
    writable: true,
    value,
  });
}
