import { ownCodec } from "./own_codec.ts";
import type { FixedSizeCodec, PayloadType } from "./payload_type.ts";

/**
 * Payloads of no bytes, for records whose key says it all: the value is
 * `undefined`, and bytes that come all the same are ignored.
 *
 * @example Usage
 * ```ts
 * import { Channel, UnitPayloadType } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new UnitPayloadType());
 * ```
 */
export class UnitPayloadType implements PayloadType<undefined> {
  /** The faster form, unless a subclass reads or writes in its own way. */
  get inPlace(): FixedSizeCodec<undefined> | undefined {
    return ownCodec<undefined>(this, UnitPayloadType.prototype, NOTHING);
  }

  /**
   * No bytes.
   *
   * @returns An empty array.
   */
  toBytes(): Uint8Array {
    return new Uint8Array();
  }

  /**
   * Nothing, whatever the bytes are.
   *
   * @returns `undefined`.
   */
  fromBytes(): undefined {
    return undefined;
  }
}

const NOTHING: FixedSizeCodec<undefined> = {
  size: 0,
  read: () => undefined,
  write: () => {},
};
