/**
 * A two-way connection of bytes: what the other side sends is read from
 * `readable`, what it is to get is written to `writable`.
 *
 * A `Deno.Conn` of any transport is one, and so is any other pair of
 * streams.
 *
 * @example Read what a Unix socket sends
 * ```ts
 * import type { Duplex } from "@sluice/sluice/streams";
 *
 * async function firstChunk({ readable }: Duplex): Promise<Uint8Array> {
 *   for await (const chunk of readable) return chunk;
 *   return new Uint8Array();
 * }
 *
 * const path = "/run/measurements.sock";
 * console.log(await firstChunk(await Deno.connect({ transport: "unix", path })));
 * ```
 */
export interface Duplex {
  /** The bytes that come in; a byte stream is read with BYOB. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Takes the bytes that go out. */
  readonly writable: WritableStream<Uint8Array>;
}
