import type { PayloadType } from "../data/mod.ts";
import { outOfRange } from "../../internal/mod.ts";
import { MAX_PAYLOAD_BYTES } from "../wire/mod.ts";

/**
 * The bytes of a value.
 *
 * @throws {RangeError} If they are more than a record can have.
 */
export function checkedPayload<T>(
  payloadType: PayloadType<T, unknown>,
  value: T,
): Uint8Array {
  const payload = payloadType.toBytes(value);
  if (payload.length <= MAX_PAYLOAD_BYTES) return payload;
  const expected = `a payload of at most ${MAX_PAYLOAD_BYTES} bytes`;
  throw outOfRange("value", expected, payload.length);
}
