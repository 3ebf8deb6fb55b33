interface Block {
  /** Position of its first byte in the sequence. */
  readonly start: number;
  readonly buffer: Uint8Array;
  used: number;
}

const SMALLEST_BLOCK = 16_384;
const LARGEST_BLOCK = 262_144;

/** Part of a sequence of bytes: it grows at its end and shrinks at its start. */
export class ByteQueue {
  readonly #blocks: Block[] = [];
  #end = 0;
  /** The last buffer that was dropped, to be used again. */
  #spare: Uint8Array | undefined;

  /**
   * Adds a copy of the bytes that start at `position` of the sequence, which is
   * where the queue ends, or anywhere behind that when the queue is empty.
   */
  append(position: number, bytes: Uint8Array): void {
    this.#end = position;
    for (let taken = 0; taken < bytes.length;) {
      const block = this.#blockWithRoom(bytes.length - taken);
      const room = block.buffer.length - block.used;
      const part = bytes.subarray(taken, taken + room);
      block.buffer.set(part, block.used);
      block.used += part.length;
      this.#end += part.length;
      taken += part.length;
    }
  }

  /** Fills `into` with the bytes from `position` on; the queue must hold all. */
  copy(position: number, into: Uint8Array): void {
    let copied = 0;
    for (const { start, buffer, used } of this.#blocks) {
      const offset = position + copied - start;
      if (offset >= used) continue;
      const end = Math.min(used, offset + into.length - copied);
      into.set(buffer.subarray(offset, end), copied);
      copied += end - offset;
      if (copied === into.length) return;
    }
  }

  /** Drops the bytes before `position`. */
  drop(position: number): void {
    for (;;) {
      const [first] = this.#blocks;
      if (!first || first.start + first.used > position) return;
      this.#spare = first.buffer;
      this.#blocks.shift();
    }
  }

  #blockWithRoom(bytes: number): Block {
    const last = this.#blocks.at(-1);
    if (last && last.used < last.buffer.length) return last;
    const block = { start: this.#end, buffer: this.#newBuffer(bytes), used: 0 };
    this.#blocks.push(block);
    return block;
  }

  #newBuffer(bytes: number): Uint8Array {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? new Uint8Array(
      Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, bytes)),
    );
  }
}
