import type { PutChunk, PutSink } from "./put_sink.ts";

/**
 * With room for one more, a writer that awaits each write is a sixth faster: the
 * stream need not turn its back-pressure on and off.
 */
const HIGH_WATER_MARK = 2;

const TAKEN = Promise.resolve();

/**
 * The stream of a PUT or PUTA.
 *
 * Its writers put a record into the buffer of the request at once if nothing
 * waits before it and there is room. Everything else, and all that a pipe
 * writes, passes through the queue of the stream, whose promises take several
 * times as long as a record.
 */
export class PutStream<T, B> extends WritableStream<PutChunk<T, B>> {
  readonly #sink: PutSink<T, B>;
  #closing = false;

  /** A stream into a request that was not sent yet. */
  constructor(sink: PutSink<T, B>) {
    super(sink, { highWaterMark: HIGH_WATER_MARK });
    this.#sink = sink;
  }

  override getWriter(): WritableStreamDefaultWriter<PutChunk<T, B>> {
    return new PutWriter(this);
  }

  override close(): Promise<void> {
    if (!this.locked) this.endTaking();
    return super.close();
  }

  /** Takes a record past the queue, which is empty; returns whether it did. */
  take(chunk: PutChunk<T, B>): boolean {
    return !this.#closing && this.#sink.take(chunk);
  }

  /** All that is written from now on passes through the queue, or is refused. */
  endTaking(): void {
    this.#closing = true;
  }
}

class PutWriter<T, B> extends WritableStreamDefaultWriter<PutChunk<T, B>> {
  readonly #stream: PutStream<T, B>;
  #released = false;

  constructor(stream: PutStream<T, B>) {
    super(stream);
    this.#stream = stream;
  }

  override write(chunk: PutChunk<T, B>): Promise<void> {
    // The queue counts a chunk until the sink is done with it, and a stream that
    // fails has no size.
    const isIdle = !this.#released && this.desiredSize === HIGH_WATER_MARK;
    return isIdle && this.#stream.take(chunk) ? TAKEN : super.write(chunk);
  }

  override close(): Promise<void> {
    if (!this.#released) this.#stream.endTaking();
    return super.close();
  }

  override releaseLock(): void {
    this.#released = true;
    super.releaseLock();
  }
}
