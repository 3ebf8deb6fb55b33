import type { BatchLayout } from "./columns_payload_type.ts";

/**
 * How the values of a channel become the payload bytes of records and back.
 *
 * @typeParam T The values.
 * @typeParam B The columnar batches, for types that have them.
 *
 * @example A payload of JSON
 * ```ts
 * import type { PayloadType } from "@sluice/sluice/tstorage";
 *
 * const json: PayloadType<unknown> = {
 *   toBytes: (value) => new TextEncoder().encode(JSON.stringify(value)),
 *   fromBytes: (buffer) => {
 *     try {
 *       return JSON.parse(new TextDecoder().decode(buffer));
 *     } catch {
 *       return null;
 *     }
 *   },
 * };
 * ```
 */
export interface PayloadType<T, B = never> {
  /**
   * Writes a value.
   *
   * @param value The value.
   * @returns Its bytes, at most 32 MiB; they are copied before the next call.
   * @throws {RangeError} If the value is out of the range of its type.
   */
  toBytes(value: T): Uint8Array;
  /**
   * Reads a value.
   *
   * @param buffer The bytes; valid during the call only, so copy what stays.
   * @returns The value, or `null` if the bytes cannot be parsed.
   */
  fromBytes(buffer: Uint8Array): T | null;
  /** The columnar form, which `Channel.batches` and batches in `Channel.writable` need. */
  readonly columns?: BatchLayout<B>;
}

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

/**
 * Records whose key says it all: the payload has no bytes, the value is
 * `undefined`, and whatever bytes do come are left unread.
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
