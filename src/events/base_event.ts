/** What every event is made from. */
export interface BaseEventInit {
  /**
   * The object that the event is about, usually the one that emits it.
   *
   * @default {undefined}
   */
  source?: unknown;
}

/**
 * Something that happened, as it is handed to every listener in turn.
 *
 * Derive your own events from this class: a listener connected to a class also
 * hears the events of its subclasses.
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
   * @param init What the event is about.
   */
  constructor(init: BaseEventInit = {}) {
    this.source = init.source;
  }

  /** Whether a listener has stopped the event on its way to the others. */
  get handled(): boolean {
    return this.#handled;
  }

  /** Keeps the event from the listeners that have not heard it yet. */
  markAsHandled(): void {
    this.#handled = true;
  }

  /** Makes a handled event one that can be emitted once more. */
  markAsUnhandled(): void {
    this.#handled = false;
  }
}

/** A class of events: {@linkcode BaseEvent} or one derived from it. */
export type EventClass<E extends BaseEvent = BaseEvent> = abstract new (
  ...args: never[]
) => E;
