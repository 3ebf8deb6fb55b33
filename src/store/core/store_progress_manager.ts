import {
  type EventManager,
  type ExitState,
  type ProgressEventInit,
  ProgressManager,
  type ProgressManagerOptions,
} from "../../events/mod.ts";
import type { Metadata } from "./metadata.ts";
import {
  StoreProgressEndEvent,
  StoreProgressStartEvent,
  StoreProgressStepEvent,
} from "./store_events.ts";

/** Options for {@linkcode StoreProgressManager}. */
export interface StoreProgressManagerOptions extends ProgressManagerOptions {
  /** The key that the operation is about. */
  key: string;
  /**
   * The metadata that the key has or gets.
   *
   * @default {no names}
   */
  metadata?: Metadata;
}

/**
 * Reports the progress of an operation on one key of a store, in bytes.
 *
 * Source of the semantics: `encore.storage.utils.StoreProgressManager`.
 *
 * @example As the `progress` of a byte stream
 * ```ts
 * import { bufferIterator } from "@sluice/sluice/streams";
 * import { MemoryStore, StoreProgressManager } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * using progress = new StoreProgressManager(store.eventManager, {
 *   source: store,
 *   key: "a",
 *   message: "Checking",
 * }).start();
 * const bytes = new Uint8Array(10_000_000);
 * for await (const chunk of bufferIterator(bytes, { progress })) {
 *   console.log(chunk.length);
 * }
 * ```
 */
export class StoreProgressManager extends ProgressManager {
  readonly #origin: { key: string; metadata: Metadata };

  /**
   * Makes the manager of an operation that has not started.
   *
   * @param eventManager Emits the events; usually that of the store.
   * @param options The operation and the key.
   */
  constructor(
    eventManager: EventManager,
    options: StoreProgressManagerOptions,
  ) {
    const { key, metadata = {}, ...rest } = options;
    super(eventManager, { unit: "bytes", ...rest });
    this.#origin = { key, metadata };
  }

  /** Makes the event of the start. */
  protected override startEvent(
    init: ProgressEventInit & { steps: number },
  ): StoreProgressStartEvent {
    return new StoreProgressStartEvent({ ...init, ...this.#origin });
  }

  /** Makes the event of a step. */
  protected override stepEvent(
    init: ProgressEventInit & { step: number },
  ): StoreProgressStepEvent {
    return new StoreProgressStepEvent({ ...init, ...this.#origin });
  }

  /** Makes the event of the end. */
  protected override endEvent(
    init: ProgressEventInit & { exitState: ExitState },
  ): StoreProgressEndEvent {
    return new StoreProgressEndEvent({ ...init, ...this.#origin });
  }
}
