import { builtin } from "../../platform/mod.ts";

/** The bytes that a call of `read` or `readv` asks for: at least one. */
export interface ReadRequest {
  /** The buffer of `read`, or the buffers of `readv`. */
  readonly into: unknown;
  /** Size of the buffers in bytes. */
  readonly size: number;
  /** Where the first byte lies, `undefined` for the position of the file. */
  readonly position: number | bigint | undefined;
  /** Returns a call of `read` for what is not filled yet. */
  next(filled: number): ReadCall;
}

/** A call of `read` for one buffer. */
export interface ReadCall {
  /** How many bytes it asks for: fewer come only at the end of the file. */
  readonly length: number;
  /** The arguments after the file, of which the position is the last one. */
  readonly args: unknown[];
}

/** The forms in which `read` takes its arguments. */
export type ReadForm = "callback" | "synchronous" | "handle";

/** Where the bytes of a call of `read` go, and where they lie in the file. */
interface Target {
  readonly buffer?: unknown;
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly position?: unknown;
}

/** Size of the buffer that `read` makes when it gets none. */
const DEFAULT_BYTES = 16384;

/** Finds the target in the arguments after the file. */
const TARGETS: {
  readonly [F in ReadForm]: (args: readonly unknown[]) => Target | undefined;
} = {
  callback: targetOfCallback,
  synchronous: targetOfSync,
  handle: targetOfHandle,
};

/** Returns the arguments of `read` with options that are read for good. */
export function plainArguments(args: unknown[]): unknown[] {
  return args.some(isOptions) ? args.map(plainIfOptions) : args;
}

function plainIfOptions(value: unknown): unknown {
  if (!isOptions(value)) return value;
  const { buffer, offset, length, position } = value;
  const options = { buffer, offset, length, position };
  const given = Object.entries(options).filter(([, it]) => it !== undefined);
  return Object.fromEntries(given);
}

function isOptions(value: unknown): value is Target {
  return typeof value === "object" && value !== null &&
    !ArrayBuffer.isView(value) && !Array.isArray(value);
}

/**
 * Reads the arguments of `read` after the file; the result is `undefined` if
 * they ask for nothing, or if the call is going to refuse them.
 */
export function readRequest(
  args: readonly unknown[],
  form: ReadForm,
): ReadRequest | undefined {
  const target = TARGETS[form](args);
  if (!target) return undefined;
  const { buffer, offset = 0, position } = target;
  if (!ArrayBuffer.isView(buffer)) return undefined;
  if (!isIndex(offset) || !isPosition(position)) return undefined;
  const { length: given = buffer.byteLength - offset } = target;
  const length = Number(given) | 0;
  if (length <= 0 || offset + length > buffer.byteLength) return undefined;
  return {
    into: buffer,
    size: length,
    position: ownPosition(position),
    next(filled) {
      const rest = length - filled;
      const at = moved(position, filled);
      return { length: rest, args: [buffer, offset + filled, rest, at] };
    },
  };
}

/** Reads the arguments of `readv` after the file, as {@linkcode readRequest}. */
export function readvRequest(
  [buffers, position]: readonly unknown[],
): ReadRequest | undefined {
  if (!Array.isArray(buffers)) return undefined;
  const views = buffers.filter((it) => ArrayBuffer.isView(it));
  const size = views.reduce((sum, it) => sum + it.byteLength, 0);
  if (views.length < buffers.length || size === 0) return undefined;
  // Anything but a number means the position of the file.
  const first = typeof position === "number" ? position : undefined;
  if (first !== undefined && !isIndex(first)) return undefined;
  return {
    into: buffers,
    size,
    position: first,
    // Before Deno 2.9.6 `readv` never returns from the end of a file.
    next(filled) {
      const at = moved(first ?? null, filled);
      const view = firstUnfilled(views, filled);
      return {
        length: view.byteLength,
        args: [view, 0, view.byteLength, at],
      };
    },
  };
}

/** `read(fd, options?, callback)` and `read(fd, buffer, ..., callback)`. */
function targetOfCallback(args: readonly unknown[]): Target | undefined {
  const [first, second, length, position] = args;
  if (args.length <= 1) {
    return ArrayBuffer.isView(first)
      ? { buffer: first }
      : withNewBuffer(optionsOf(first));
  }
  if (args.length === 2 && second !== undefined) {
    const options = optionsOf(second);
    return options && { ...options, buffer: first };
  }
  if (args.length !== 4) return undefined;
  return { buffer: first, offset: second ?? 0, length: length ?? 0, position };
}

/** `readSync(fd, buffer, options?)` and `readSync(fd, buffer, offset, ...)`. */
function targetOfSync(args: readonly unknown[]): Target | undefined {
  const [buffer, second, length, position] = args;
  const isByOptions = args.length <= 2 || typeof second === "object";
  if (!isByOptions) {
    return { buffer, offset: second, length: length ?? 0, position };
  }
  const options = optionsOf(second);
  return options && { ...options, buffer };
}

/** `handle.read(options?)` and `handle.read(buffer, ...)`. */
function targetOfHandle(args: readonly unknown[]): Target | undefined {
  const [first, second, length, position] = args;
  if (!ArrayBuffer.isView(first)) return withNewBuffer(optionsOf(first));
  if (typeof second !== "object" && second !== undefined) {
    return {
      buffer: first,
      offset: second,
      length: length ?? undefined,
      position,
    };
  }
  const options = optionsOf(second);
  return options && {
    ...options,
    buffer: first,
    offset: options.offset ?? 0,
    length: options.length ?? undefined,
  };
}

function withNewBuffer(options: Target | undefined): Target | undefined {
  const { Buffer } = builtin("buffer");
  return options && {
    ...options,
    offset: options.offset ?? 0,
    buffer: options.buffer ?? Buffer.alloc(DEFAULT_BYTES),
  };
}

function optionsOf(options: unknown): Target | undefined {
  if (options === undefined || options === null) return {};
  return typeof options === "object" ? options : undefined;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isPosition(
  value: unknown,
): value is number | bigint | null | undefined {
  if (value === undefined || value === null) return true;
  return (typeof value === "bigint" || Number.isSafeInteger(value)) &&
    (value as number | bigint) >= -1;
}

/** Negative positions mean that of the file, too. */
function ownPosition(
  position: number | bigint | null | undefined,
): number | bigint | undefined {
  return position !== null && position !== undefined && position >= 0
    ? position
    : undefined;
}

function moved(
  position: number | bigint | null | undefined,
  bytes: number,
): number | bigint | null | undefined {
  const first = ownPosition(position);
  if (first === undefined) return position;
  return typeof first === "bigint" ? first + BigInt(bytes) : first + bytes;
}

/** Returns what is left of the buffer that the next byte belongs to. */
function firstUnfilled(
  views: readonly ArrayBufferView[],
  filled: number,
): Uint8Array {
  for (const { buffer, byteOffset, byteLength } of views) {
    if (filled < byteLength) {
      return new Uint8Array(buffer, byteOffset + filled, byteLength - filled);
    }
    filled -= byteLength;
  }
  return new Uint8Array();
}
