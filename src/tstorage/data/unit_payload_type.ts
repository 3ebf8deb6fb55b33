import type { PayloadType } from "./payload_type.ts";

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
