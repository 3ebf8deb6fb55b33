import { ByteArena } from "./byte_arena.ts";
import { CachedView } from "./cached_view.ts";
import type { FixedSizeCodec } from "./payload_type.ts";

/** Values of one size as arrays of bytes, read and written by their codec. */
export class PayloadArrays<T> {
  readonly #codec: FixedSizeCodec<T>;
  readonly #arena = new ByteArena();
  readonly #view = new CachedView();

  constructor(codec: FixedSizeCodec<T>) {
    this.#codec = codec;
  }

  /** Writes a value to bytes of its own. */
  toBytes(value: T): Uint8Array {
    const { size } = this.#codec;
    const at = this.#arena.allocate(size);
    this.#codec.write(this.#arena.view, at, value);
    return this.#arena.bytes.subarray(at, at + size);
  }

  /** Reads a value; `null` if there are not as many bytes as values have. */
  fromBytes(buffer: Uint8Array): T | null {
    if (buffer.length !== this.#codec.size) return null;
    return this.#codec.read(this.#view.of(buffer), buffer.byteOffset);
  }
}
