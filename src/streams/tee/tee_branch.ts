import { filledPart, freshBytes } from "../buffers/mod.ts";

/** Feeds branches, and is told what they need. */
export interface BranchOwner {
  /** `branch` wants `branch.wanted` bytes at most. */
  feed(branch: TeeBranch): void;
  /** `branch` has been cancelled and wants no more bytes. */
  leave(branch: TeeBranch, reason: unknown): Promise<void>;
}

/** The underlying source of one of the streams that `tee` makes. */
export class TeeBranch implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #owner: BranchOwner;
  readonly #chunkBytes: number;
  #controller: ReadableByteStreamController | undefined;
  #request: ReadableStreamBYOBRequest | null = null;
  #answer: () => void = () => {};
  #position = 0;
  #wanted = 0;

  constructor(owner: BranchOwner, chunkBytes: number) {
    this.#owner = owner;
    this.#chunkBytes = chunkBytes;
  }

  /** Number of bytes that the branch has got so far. */
  get position(): number {
    return this.#position;
  }

  /** Most bytes that the branch can take: 0 until its reader asks. */
  get wanted(): number {
    return this.#wanted;
  }

  /** True when the reader brought a buffer, so that nothing is allocated. */
  get bringsBuffer(): boolean {
    return this.#request !== null;
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller;
  }

  pull({ byobRequest }: ReadableByteStreamController): Promise<void> {
    this.#request = byobRequest;
    this.#wanted = byobRequest?.view?.byteLength ?? this.#chunkBytes;
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#owner.feed(this);
    });
  }

  async cancel(reason: unknown): Promise<void> {
    this.#answered();
    await this.#owner.leave(this, reason);
  }

  /** Returns room for `length` bytes, in the reader's own buffer if there is one. */
  room(length: number): Uint8Array<ArrayBuffer> {
    const view = this.#request?.view;
    if (!view) return freshBytes(length);
    return new Uint8Array(view.buffer, view.byteOffset, length);
  }

  /** Gives the reader the first `count` bytes of what `room` returned. */
  deliver(room: Uint8Array<ArrayBuffer>, count: number): void {
    if (this.#request) this.#request.respond(count);
    else this.#controller?.enqueue(filledPart(room, count));
    this.#position += count;
    this.#answered();
  }

  /** Gives the reader a copy of `bytes`, or of as many as are wanted. */
  give(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.#wanted);
    // A buffer that is made as a copy is not zeroed first.
    if (!this.bringsBuffer) {
      return this.deliver(new Uint8Array(part), part.length);
    }
    const room = this.room(part.length);
    room.set(part);
    this.deliver(room, part.length);
  }

  end(): void {
    try {
      this.#controller?.close();
      this.#request?.respond(0);
    } catch {
      // A reader of larger elements got half of one: its stream reports the error.
    }
    this.#answered();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
    this.#answered();
  }

  #answered(): void {
    this.#request = null;
    this.#wanted = 0;
    this.#answer();
  }
}
