import { bufferIterator } from "../../streams/mod.ts";
import {
  cancellable,
  STREAM_CHUNK_BYTES,
  Value,
  type ValueInfo,
} from "../core/mod.ts";
import type { ObjectInfo } from "./object_layout.ts";

/** Reads bytes of an object that is not removed while that goes on. */
export type ReadPart = (
  start: number,
  end: number,
  signal: AbortSignal,
) => AsyncGenerator<Uint8Array>;

/** A value whose bytes are in a bucket. */
export class NatsValue extends Value {
  readonly #readPart: ReadPart;

  constructor(
    { size }: ObjectInfo,
    info: Omit<ValueInfo, "size">,
    readPart: ReadPart,
  ) {
    super({ ...info, size });
    this.#readPart = readPart;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const options = { bufferSize: STREAM_CHUNK_BYTES, signal };
    if (start === end) return bufferIterator([], options);
    const cancel = new AbortController();
    const signals = signal ? [signal, cancel.signal] : [cancel.signal];
    const parts = this.#readPart(start, end, AbortSignal.any(signals));
    return bufferIterator(cancellable(parts, cancel), options);
  }
}
