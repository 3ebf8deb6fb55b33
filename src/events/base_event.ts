/** Properties of every event. */
export interface BaseEventInit {
  /**
   * The object that the event is about, usually the one that emits it.
   *
   * @default {undefined}
   */
  source?: unknown;
}

/**
 * Something that happened. Listeners are called with it one after the other.
 *
 * Derive your own events from this class: a listener that is connected to a
 * class is also called with the events of its subclasses.
 *
 * @example Usage
 * ```ts
 * import { BaseEvent, EventManager } from "@sluice/sluice/events";
 *
 * class FileFound extends BaseEvent {
 *   constructor(readonly path: string) {
 *     super();
 *   }
 * }
 *
 * const events = new EventManager();
 * events.connect(FileFound, (event) => console.log(event.path));
 * events.emit(new FileFound("a.csv"));
 * ```
 */
export class BaseEvent {
  /** The object that the event is about. */
  readonly source: unknown;

  #handled = false;

  /**
   * Makes an event.
   *
   * @param init The object that the event is about.
   */
  constructor(init: BaseEventInit = {}) {
    this.source = init.source;
  }

  /** True when a listener has stopped the event: later ones are not called. */
  get handled(): boolean {
    return this.#handled;
  }

  /** Stops the event: listeners that have not been called yet are not called. */
  markAsHandled(): void {
    this.#handled = true;
  }

  /** Takes back {@linkcode BaseEvent.markAsHandled}. */
  markAsUnhandled(): void {
    this.#handled = false;
  }
}

/** A class of events: {@linkcode BaseEvent} or one derived from it. */
export type EventClass<E extends BaseEvent = BaseEvent> = abstract new (
  ...args: never[]
) => E;
