import { AsyncLocalStorage } from "node:async_hooks";

/** What a stream calls to open its file, or to get more bytes. */
export interface StreamCall {
  /** The stream, or the handle that it reads. */
  readonly stream: { readonly fd: unknown };
  /** Aborts when the stream is destroyed. */
  readonly signal: AbortSignal;
  /** Whether the stream has got its answer. */
  isOver?: boolean;
}

const calls = new AsyncLocalStorage<StreamCall | undefined>();

/** Runs `fn`, and all that it starts, as a part of a stream's call. */
export function duringStreamCall<T>(call: StreamCall, fn: () => T): T {
  return calls.run(call, fn);
}

/** Runs `fn` as a part of the program, which a stream has called. */
export function outsideStreamCalls<T>(fn: () => T): T {
  return calls.run(undefined, fn);
}

/**
 * Returns the signal of the stream that asks here, whatever the functions in
 * between; `undefined` when the program itself asks.
 *
 * @param fd The descriptor that it asks for.
 */
export function presentStream(fd?: number): AbortSignal | undefined {
  const call = calls.getStore();
  if (!call || call.isOver) return undefined;
  const { stream, signal } = call;
  // Listeners of a stream that was destroyed read other files.
  const isOther = fd !== undefined && signal.aborted && stream.fd !== fd;
  return isOther ? undefined : signal;
}
