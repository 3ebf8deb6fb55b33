import { LENGTH_BYTES, PUT_KEY, PUTA_KEY, viewOf } from "../data/mod.ts";
import { MAX_PAYLOAD_BYTES } from "./message.ts";
import { GROUP_HEAD_BYTES } from "./group_head.ts";

/** Takes a record: its key from `mid` on, then its payload, up to `end`. */
export type PutRecordSink = (
  bytes: Uint8Array,
  view: DataView,
  cid: number,
  keyAt: number,
  end: number,
) => void;

/** The outcome of decoding a part of a PUT's groups. */
export interface PutDecoded {
  /** Bytes that were decoded. */
  readonly consumed: number;
  /** Why decoding stops: it needs more bytes, it has come to the end, or it cannot go on. */
  readonly stop: "more" | "end" | "malformed";
  /** Bytes that the next step needs. */
  readonly needed: number;
}

/**
 * Reads the groups of a PUT or PUTA, resumable at every byte: what is not
 * consumed is passed again with more bytes after it.
 */
export class PutDecoder {
  readonly #keyBytes: number;
  readonly #sink: PutRecordSink;
  #cid = 0;
  /** Bytes of the group that are still to come. */
  #left = 0;

  /** Decodes PUTA if `withAcq`, else PUT, and hands each record to `sink`. */
  constructor(withAcq: boolean, sink: PutRecordSink) {
    this.#keyBytes = withAcq ? PUTA_KEY.size : PUT_KEY.size;
    this.#sink = sink;
  }

  /** Reads the heads of groups and the records at the start of `bytes`. */
  decode(bytes: Uint8Array): PutDecoded {
    const view = viewOf(bytes);
    let at = 0;
    for (;;) {
      const needed = this.#needed(view, at);
      if (needed === "end") {
        return { consumed: at + LENGTH_BYTES, stop: "end", needed: 0 };
      }
      if (needed === "malformed") {
        return { consumed: at, stop: "malformed", needed: 0 };
      }
      if (at + needed > bytes.length) {
        return { consumed: at, stop: "more", needed };
      }
      if (this.#left === 0) {
        this.#cid = view.getInt32(at, true);
        this.#left = view.getInt32(at + LENGTH_BYTES, true);
      } else {
        this.#sink(bytes, view, this.#cid, at + LENGTH_BYTES, at + needed);
        this.#left -= needed;
      }
      at += needed;
    }
  }

  /** Bytes of the record or head at `at`, as far as is known. */
  #needed(view: DataView, at: number): number | "end" | "malformed" {
    const there = view.byteLength - at;
    if (this.#left > 0 && this.#left < LENGTH_BYTES) return "malformed";
    if (there < LENGTH_BYTES) return LENGTH_BYTES;
    const first = view.getInt32(at, true);
    if (this.#left === 0) {
      if (first < 0) return "end";
      if (there < GROUP_HEAD_BYTES) return GROUP_HEAD_BYTES;
      const groupBytes = view.getInt32(at + LENGTH_BYTES, true);
      return groupBytes < 0 ? "malformed" : GROUP_HEAD_BYTES;
    }
    const payload = first - this.#keyBytes;
    const fits = payload >= 0 && payload <= MAX_PAYLOAD_BYTES &&
      first <= this.#left - LENGTH_BYTES;
    return fits ? LENGTH_BYTES + first : "malformed";
  }
}
