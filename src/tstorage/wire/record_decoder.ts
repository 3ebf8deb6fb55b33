import {
  type BatchLayout,
  type FixedSizeCodec,
  LENGTH_BYTES,
  type PayloadType,
  readKey,
  type Record,
  viewOf,
  WHOLE_KEY,
} from "../data/mod.ts";
import { MAX_PAYLOAD_BYTES } from "./message.ts";

/** The outcome of decoding a part of a GET's answer. */
export interface Decoded<C> {
  /** The records, if there are any. */
  readonly chunk: C | undefined;
  /** Bytes that were decoded. */
  readonly consumed: number;
  /**
   * Why decoding stops: the next record needs more bytes than there are, or
   * than `budget` allows; there are no more records; the next bytes cannot be a
   * record.
   */
  readonly stop: "more" | "end" | "unparseable";
  /** Bytes that the next record needs, as far as is known. */
  readonly needed: number;
}

/**
 * Decodes the records at the start of `bytes`, at most `budget` bytes of them.
 *
 * It is a pure function, so it can resume at every byte: the caller passes what
 * was not consumed again, with more bytes after it.
 */
export type RecordDecoder<C> = (
  bytes: Uint8Array,
  budget: number,
) => Decoded<C>;

const { size: KEY_BYTES, at: { cid: CID } } = WHOLE_KEY;

/** Decodes each record to an object. */
export function objectDecoder<T>(
  payloadType: RecordPayload<T>,
): RecordDecoder<Record<T>[]> {
  const target: RecordTarget<T> = { records: [] };
  const decode = appendingDecoder(payloadType, target);
  return (bytes, budget) => {
    target.records = [];
    const { chunk, ...decoded } = decode(bytes, budget);
    return { ...decoded, chunk: chunk === undefined ? chunk : target.records };
  };
}

/** The part of a payload type that reads. */
export type RecordPayload<T> = Pick<PayloadType<T>, "fromBytes" | "inPlace">;

/** The array at whose end records are decoded. */
export interface RecordTarget<T> {
  records: Record<T>[];
}

/**
 * Decodes each record to an object at the end of an array; the chunk is how many
 * there are. For many records that are kept, it is twice as fast as arrays that
 * are joined: V8 sees that records live long, and does not move them.
 */
export function appendingDecoder<T>(
  payloadType: RecordPayload<T>,
  target: RecordTarget<T>,
): RecordDecoder<number> {
  const { inPlace } = payloadType;
  return (bytes, budget) => {
    const view = viewOf(bytes);
    const { buffer, byteOffset } = bytes;
    const end = Math.min(bytes.length, budget);
    const { records } = target;
    const before = records.length;
    let at = 0;
    let next: NextRecord;
    for (;;) {
      if (inPlace) at = decodeRun(view, at, end, inPlace, records);
      next = nextRecord(view, at);
      if (next.stop !== undefined || at + next.needed > end) break;
      const key = readKey(view, at + LENGTH_BYTES);
      const payload = at + LENGTH_BYTES + KEY_BYTES;
      at += next.needed;
      // Faster than a subarray, which looks for a species first.
      const value = payloadType.fromBytes(
        new Uint8Array(buffer, byteOffset + payload, at - payload),
      );
      if (!key.valid || value === null) {
        next = { stop: "unparseable", needed: 0 };
        break;
      }
      records.push({ key, value });
    }
    const count = records.length - before;
    return finish(count > 0 ? count : undefined, at, next);
  };
}

/**
 * Decodes the records from `start` on whose values have the size of the codec,
 * as far as they can be parsed, and returns where they end.
 */
function decodeRun<T>(
  view: DataView,
  start: number,
  end: number,
  codec: FixedSizeCodec<T>,
  records: Record<T>[],
): number {
  const length = KEY_BYTES + codec.size;
  const stride = LENGTH_BYTES + length;
  let at = start;
  while (at + stride <= end && view.getInt32(at, true) === length) {
    const keyAt = at + LENGTH_BYTES;
    if (view.getInt32(keyAt + CID, true) < 0) break;
    const value = codec.read(view, keyAt + KEY_BYTES);
    if (value === null) break;
    records.push({ key: readKey(view, keyAt), value });
    at += stride;
  }
  return at;
}

/** Decodes records that all have the same size to columns. */
export function columnDecoder<B>(layout: BatchLayout<B>): RecordDecoder<B> {
  const length = KEY_BYTES + layout.size;
  const stride = LENGTH_BYTES + length;
  return (bytes, budget) => {
    const view = viewOf(bytes);
    const whole = Math.floor(Math.min(bytes.length, budget) / stride);
    let count = 0;
    while (
      count < whole &&
      view.getInt32(count * stride, true) === length &&
      view.getInt32(count * stride + LENGTH_BYTES + CID, true) >= 0
    ) count++;
    const chunk = count > 0 ? layout.decode(bytes, 0, count) : undefined;
    const next = nextRecord(view, count * stride);
    const complete = next.stop === undefined && next.needed > LENGTH_BYTES;
    if (complete && (count < whole || next.needed !== stride)) {
      return finish(chunk, count * stride, { stop: "unparseable", needed: 0 });
    }
    return finish(chunk, count * stride, next);
  };
}

interface NextRecord {
  /** Why there is no record, or `undefined` if there is. */
  readonly stop: "end" | "unparseable" | undefined;
  /** Bytes of the record, or of its length if that has not come yet. */
  readonly needed: number;
}

function nextRecord(view: DataView, at: number): NextRecord {
  if (at + LENGTH_BYTES > view.byteLength) {
    return { stop: undefined, needed: LENGTH_BYTES };
  }
  const length = view.getInt32(at, true);
  if (length === 0) return { stop: "end", needed: LENGTH_BYTES };
  if (length < KEY_BYTES) return { stop: "unparseable", needed: 0 };
  return { stop: undefined, needed: LENGTH_BYTES + length };
}

function finish<C>(
  chunk: C | undefined,
  at: number,
  { stop, needed }: NextRecord,
): Decoded<C> {
  const consumed = stop === "end" ? at + LENGTH_BYTES : at;
  return { chunk, consumed, stop: stop ?? "more", needed };
}

/** Whether a record of this many bytes, its length included, can exist. */
export function isPossibleRecord(bytes: number): boolean {
  return bytes <= LENGTH_BYTES + KEY_BYTES + MAX_PAYLOAD_BYTES;
}
