import type { FixedSizeCodec, PayloadType } from "./payload_type.ts";

/**
 * Returns the codec of a payload type, unless a subclass or the object itself
 * replaces `toBytes` or `fromBytes`, which the codec does not follow.
 *
 * @param type The payload type.
 * @param original The prototype whose methods do what the codec does.
 */
export function ownCodec<T>(
  type: PayloadType<T, unknown>,
  original: PayloadType<T, unknown>,
  codec: FixedSizeCodec<T>,
): FixedSizeCodec<T> | undefined {
  const isOriginal = type.toBytes === original.toBytes &&
    type.fromBytes === original.fromBytes;
  return isOriginal ? codec : undefined;
}
