import {
  type BatchLayout,
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
  payloadType: Pick<PayloadType<T>, "fromBytes">,
): RecordDecoder<Record<T>[]> {
  return (bytes, budget) => {
    const view = viewOf(bytes);
    const { buffer, byteOffset } = bytes;
    const end = Math.min(bytes.length, budget);
    const records: Record<T>[] = [];
    let at = 0;
    let next = nextRecord(view, at);
    while (next.stop === undefined && at + next.needed <= end) {
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
      next = nextRecord(view, at);
    }
    const chunk = records.length > 0 ? records : undefined;
    return finish(chunk, at, next);
  };
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
