import {
  type FixedSizeCodec,
  LENGTH_BYTES,
  type PayloadType,
  PUT_KEY,
  PUTA_KEY,
  type Record,
  writeKeyTail,
} from "../data/mod.ts";
import { outOfRange } from "../../internal/mod.ts";
import { MAX_PAYLOAD_BYTES } from "./message.ts";

const { acq: ACQ } = PUTA_KEY.at;

/** The payload of a record as bytes; nothing if it is written in place. */
export type EncodedPayload = Uint8Array | undefined;

/** Writes records of PUT or PUTA, with payloads of one type. */
export class PutRecordEncoder<T> {
  readonly #payloadType: PayloadType<T, unknown>;
  readonly #inPlace: FixedSizeCodec<T> | undefined;
  readonly #withAcq: boolean;
  /** Bytes before the payload: length and key. */
  readonly #headBytes: number;
  /** Bytes of each record whose payload is written in place. */
  readonly #inPlaceBytes: number;

  /** Writes records of PUTA if `withAcq`, else of PUT. */
  constructor(payloadType: PayloadType<T, unknown>, withAcq: boolean) {
    const { inPlace } = payloadType;
    const { size = 0 } = inPlace ?? {};
    this.#payloadType = payloadType;
    this.#inPlace = size <= MAX_PAYLOAD_BYTES ? inPlace : undefined;
    this.#withAcq = withAcq;
    this.#headBytes = LENGTH_BYTES + (withAcq ? PUTA_KEY.size : PUT_KEY.size);
    this.#inPlaceBytes = this.#headBytes + size;
  }

  /**
   * The bytes of a value, unless {@linkcode write} writes it in place.
   *
   * @throws {RangeError} If they are more than a record can have.
   */
  payload(value: T): EncodedPayload {
    if (this.#inPlace !== undefined) return undefined;
    const payload = this.#payloadType.toBytes(value);
    if (payload.length <= MAX_PAYLOAD_BYTES) return payload;
    const expected = `a payload of at most ${MAX_PAYLOAD_BYTES} bytes`;
    throw outOfRange("value", expected, payload.length);
  }

  /** Bytes of a record with this payload, its length included. */
  size(payload: EncodedPayload): number {
    return payload === undefined
      ? this.#inPlaceBytes
      : this.#headBytes + payload.length;
  }

  /**
   * Writes a record at `at`, where there is room for it.
   *
   * @param target The bytes.
   * @param view A view of exactly these bytes.
   * @returns Where the record ends.
   */
  write(
    target: Uint8Array,
    view: DataView,
    at: number,
    { key, value }: Record<T>,
    payload: EncodedPayload,
  ): number {
    const end = at + this.size(payload);
    view.setInt32(at, end - at - LENGTH_BYTES, true);
    const keyAt = at + LENGTH_BYTES;
    writeKeyTail(view, keyAt, key);
    if (this.#withAcq) view.setBigInt64(keyAt + ACQ, key.acq, true);
    const payloadAt = at + this.#headBytes;
    if (payload === undefined) this.#inPlace?.write(view, payloadAt, value);
    else target.set(payload, payloadAt);
    return end;
  }
}
