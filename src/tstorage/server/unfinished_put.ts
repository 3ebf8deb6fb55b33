import type { MemoryUser, SharedMemory } from "./shared_memory.ts";
import type { SpilledParts } from "./spilled_parts.ts";
import { type StagedPart, StagedRecords } from "./staged_put.ts";

/** The records of a PUT that are received, in memory while there is room. */
export class UnfinishedPut implements MemoryUser, AsyncDisposable {
  /** Takes the records. */
  readonly records: StagedRecords;
  readonly #spilled: SpilledParts;
  readonly #memory: SharedMemory;
  readonly #counted: Disposable;
  #receiving = 0;
  #storing = 0;
  /** Parts keep their order, whoever asks to spill them. */
  #spilling: Promise<void> = Promise.resolve();

  /** A PUT without records, or PUTA if `withAcq`. */
  constructor(withAcq: boolean, memory: SharedMemory, spilled: SpilledParts) {
    this.records = new StagedRecords(withAcq);
    this.#spilled = spilled;
    this.#memory = memory;
    this.#counted = memory.add(this);
  }

  get spillable(): number {
    return this.records.held;
  }

  get receiving(): number {
    return this.#receiving;
  }

  get storing(): number {
    return this.#storing;
  }

  /**
   * Makes room for the next bytes.
   *
   * @param receiving Bytes of the record that is being received.
   * @returns Whether there is room.
   */
  async makeRoom(receiving: number): Promise<boolean> {
    this.#receiving = receiving;
    const hasRoom = await this.#memory.hasRoomFor(this);
    // Another session may have asked for it, and it may have failed.
    await this.#spilling;
    return hasRoom;
  }

  spill(): Promise<void> {
    const parts = this.records.takeLast();
    this.#spilling = this.#spilling.then(() => this.#spilled.add(parts));
    return this.#spilling;
  }

  /** Returns all parts in the order in which they came, to be stored now. */
  async finish(): Promise<Iterable<StagedPart>> {
    this.#storing = this.records.held;
    this.#receiving = 0;
    const last = this.records.takeLast();
    await this.#spilling;
    const spilled = this.#spilled;
    return function* () {
      yield* spilled.parts();
      yield* last;
    }();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#counted[Symbol.dispose]();
    await this.#spilling.catch(() => {});
    this.#spilled[Symbol.dispose]();
  }
}
