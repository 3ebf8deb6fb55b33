import type { PayloadType } from "./payload_type.ts";

/**
 * Payloads that are bytes and stay bytes.
 *
 * @example Usage
 * ```ts
 * import { BytesPayloadType, Channel } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * ```
 */
export class BytesPayloadType implements PayloadType<Uint8Array> {
  /**
   * The bytes as they are.
   *
   * @param value Bytes.
   * @returns The same bytes.
   */
  toBytes(value: Uint8Array): Uint8Array {
    return value;
  }

  /**
   * A copy of the bytes.
   *
   * @param buffer Bytes.
   * @returns A copy.
   */
  fromBytes(buffer: Uint8Array): Uint8Array {
    return buffer.slice();
  }
}
