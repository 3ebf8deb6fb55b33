import { CallPlace } from "../../internal/mod.ts";
import type { BytePuller } from "../sources/mod.ts";
import { ByteQueue } from "./byte_queue.ts";
import { type BranchOwner, TeeBranch } from "./tee_branch.ts";

/** Bytes read at first for branches that bring no buffer. */
const FIRST_CAPACITY = 16_384;

type Outcome = "open" | "ended" | { readonly error: unknown };

/**
 * Reads a source once for several branches.
 *
 * While all branches are at the same position, bytes go from the source straight
 * into the buffer of one of them, and from there to the others. Only bytes that
 * a slower branch needs later are queued.
 */
export class TeeTrunk implements BranchOwner {
  readonly #puller: BytePuller;
  readonly #bufferSize: number;
  readonly #maxLag: number;
  readonly #queue = new ByteQueue();
  readonly #reasons: unknown[];
  readonly #all: readonly TeeBranch[];
  /** The branches that are neither cancelled nor at their end. */
  readonly #open: Set<TeeBranch>;
  /** Bytes read from the source so far. */
  #head = 0;
  #outcome: Outcome = "open";
  readonly #place = new CallPlace();
  #capacity: number;
  #advancing = false;

  constructor(
    puller: BytePuller,
    n: number,
    { bufferSize, maxLag }: { bufferSize: number; maxLag: number },
  ) {
    this.#puller = puller;
    this.#bufferSize = bufferSize;
    this.#maxLag = maxLag;
    this.#capacity = Math.min(bufferSize, FIRST_CAPACITY);
    this.#all = Array.from(
      { length: n },
      () => new TeeBranch(this, bufferSize),
    );
    this.#open = new Set(this.#all);
    this.#reasons = new Array(n);
  }

  get branches(): readonly TeeBranch[] {
    return this.#all;
  }

  feed(branch: TeeBranch): void {
    this.#serve(branch);
    this.#schedule();
  }

  async leave(branch: TeeBranch, reason: unknown): Promise<void> {
    this.#reasons[this.#all.indexOf(branch)] = reason;
    this.#close(branch);
    if (this.#open.size > 0) return this.#schedule();
    if (this.#outcome !== "open") return;
    const only = this.#all.length === 1;
    await this.#puller.cancel(only ? reason : this.#reasons);
  }

  /** Gives `branch` what it can have without reading the source. */
  #serve(branch: TeeBranch): void {
    const behind = this.#head - branch.position;
    if (behind > 0) {
      const room = branch.room(Math.min(branch.wanted, behind));
      this.#queue.copy(branch.position, room);
      branch.deliver(room, room.length);
      this.#trim();
    } else if (this.#outcome === "ended") {
      this.#close(branch);
      branch.end();
    } else if (this.#outcome !== "open") {
      this.#close(branch);
      branch.fail(this.#outcome.error);
    }
  }

  /** Takes `branch` out of those that count. */
  #close(branch: TeeBranch): void {
    this.#open.delete(branch);
    this.#trim();
  }

  #trim(): void {
    let slowest = this.#head;
    for (const { position } of this.#open) {
      if (position < slowest) slowest = position;
    }
    this.#queue.drop(slowest);
  }

  /** Reads on in a microtask, so that branches read side by side can all ask first. */
  #schedule(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    queueMicrotask(() => this.#advance());
  }

  async #advance(): Promise<void> {
    for (;;) {
      const length = this.#allowance();
      if (length === 0) break;
      await this.#read(length);
    }
    this.#advancing = false;
  }

  /** Returns how many bytes may be read now: those wanted, within `maxLag`. */
  #allowance(): number {
    let most = 0;
    let slowest = Infinity;
    for (const { position, wanted } of this.#open) {
      if (wanted > most) most = wanted;
      if (position + wanted < slowest) slowest = position + wanted;
    }
    return Math.min(most, slowest + this.#maxLag - this.#head);
  }

  async #read(length: number): Promise<void> {
    const asking = [...this.#open].filter(({ wanted }) => wanted > 0);
    const first = asking.reduce((a, b) => b.wanted > a.wanted ? b : a);
    const room = first.room(
      first.bringsBuffer ? length : Math.min(length, this.#capacity),
    );
    const { count, outcome } = await this.#fill(room);
    this.#adapt(count);
    const level = asking.filter((branch) => this.#open.has(branch));
    this.#share(level, first, room, count);
    this.#outcome = outcome;
    for (const branch of this.#open) {
      if (branch.wanted > 0) this.#serve(branch);
    }
  }

  /** Fills `room` as far as possible without waiting, but with at least one byte. */
  async #fill(room: Uint8Array): Promise<{ count: number; outcome: Outcome }> {
    let count = 0;
    try {
      do {
        const pulled = this.#puller.pull(room.subarray(count));
        const more = typeof pulled === "number" ? pulled : await pulled;
        if (more === 0) return { count, outcome: "ended" };
        count += more;
      } while (count < room.length && this.#puller.ready);
    } catch (error) {
      this.#puller.cancel(error).catch(() => {});
      return { count, outcome: { error: this.#place.traced(error) } };
    }
    return { count, outcome: "open" };
  }

  #adapt(count: number): void {
    this.#capacity = Math.min(
      this.#bufferSize,
      Math.max(FIRST_CAPACITY, 2 * count),
    );
  }

  /** Gives the `count` bytes in the room of `first` to all `level` branches. */
  #share(
    level: readonly TeeBranch[],
    first: TeeBranch,
    room: Uint8Array<ArrayBuffer>,
    count: number,
  ): void {
    if (count === 0) return;
    const bytes = room.subarray(0, count);
    const allTake = level.every(({ wanted }) => wanted >= count);
    if (!allTake || level.length < this.#open.size) {
      this.#queue.append(this.#head, bytes);
    }
    this.#head += count;
    for (const branch of level) {
      if (branch !== first) branch.give(bytes);
    }
    // Last, because this detaches the buffer.
    if (level.includes(first)) first.deliver(room, count);
    this.#trim();
  }
}
