import { checkFunction, checkNumber, refused } from "../internal/mod.ts";
import { BaseEvent, type EventClass } from "./base_event.ts";
import { EventError } from "./event_error.ts";
import { type EventFilter, matches } from "./event_filter.ts";
import { eventStream, type EventStreamOptions } from "./event_stream.ts";

/** A function that is called with the events of the class it is connected to. */
export type EventListener<E extends BaseEvent> = (event: E) => unknown;

/** Options for {@linkcode EventManager}. */
export interface EventManagerOptions {
  /**
   * Is called with an error that a listener threw or rejected with.
   *
   * @default {console.error}
   */
  onListenerError?: (error: unknown, event: BaseEvent) => void;
}

/** Options for {@linkcode EventManager.connect}. */
export interface ConnectOptions {
  /**
   * Dotted attribute paths and the values they must have, for instance
   * `{ "source.name": "cache" }`. A missing attribute fails the filter.
   *
   * @default {no condition}
   */
  filter?: EventFilter;
  /**
   * Listeners of a higher priority are called first; those of the same priority
   * in the order in which they were connected.
   *
   * @default {0}
   */
  priority?: number;
}

interface Connection {
  readonly listener: EventListener<BaseEvent>;
  readonly filter: EventFilter;
  readonly priority: number;
  readonly order: number;
  connected: boolean;
}

/**
 * Calls the listeners of an event's class and of its superclasses.
 *
 * Import it from `@sluice/sluice/events`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * Source of the semantics: `encore.events.EventManager`.
 *
 * @example Usage
 * ```ts
 * import { EventManager, ProgressStepEvent } from "@sluice/sluice/events";
 *
 * const events = new EventManager();
 * events.connect(ProgressStepEvent, (event) => console.log(event.step), {
 *   filter: { operationId: "copy" },
 * });
 * ```
 */
export class EventManager {
  readonly #onListenerError: (error: unknown, event: BaseEvent) => void;
  readonly #connections = new Map<EventClass, Connection[]>();
  readonly #disabled = new Set<EventClass>();
  /** The listeners of a class, in order; emptied by every change. */
  readonly #audiences = new Map<EventClass, readonly Connection[]>();
  #connectionCount = 0;

  /**
   * Makes a manager without listeners.
   *
   * @param options Where errors of listeners go.
   */
  constructor(options: EventManagerOptions = {}) {
    this.#onListenerError = options.onListenerError ?? reportListenerError;
  }

  /**
   * Calls the listener with every event of the class and of its subclasses.
   *
   * A listener that is already connected to the class is disconnected first: it
   * gets the new options and the last place among those of its priority.
   *
   * @param cls The class of events.
   * @param listener The function to call.
   * @param options A filter, and the priority of the listener.
   * @throws {TypeError} If `cls` is no event class, `listener` no function,
   * `filter` no object or `priority` no number.
   * @throws {RangeError} If `priority` is `NaN`.
   */
  connect<E extends BaseEvent>(
    cls: EventClass<E>,
    listener: EventListener<E>,
    options: ConnectOptions = {},
  ): void {
    const { filter = {}, priority = 0 } = options;
    checkEventClass(cls);
    checkFunction("listener", listener);
    checkNumber("priority", priority);
    if (typeof filter !== "object" || filter === null) {
      throw refused("filter", "an object", filter);
    }
    this.#remove(cls, listener as EventListener<BaseEvent>);
    const connections = this.#connections.get(cls) ?? [];
    connections.push({
      // Only events of `cls` ever reach the listener.
      listener: listener as EventListener<BaseEvent>,
      filter,
      priority,
      order: this.#connectionCount++,
      connected: true,
    });
    this.#connections.set(cls, connections);
    this.#audiences.clear();
  }

  /**
   * Takes back {@linkcode EventManager.connect}.
   *
   * @param cls The class that the listener was connected to.
   * @param listener The connected function.
   * @throws {EventError} `NOT_CONNECTED` if it is not connected to that class.
   */
  disconnect<E extends BaseEvent>(
    cls: EventClass<E>,
    listener: EventListener<E>,
  ): void {
    if (this.#remove(cls, listener as EventListener<BaseEvent>)) return;
    throw new EventError(
      "NOT_CONNECTED",
      `Cannot disconnect the listener "${listener.name}" from "${cls.name}": it is not connected to that class`,
    );
  }

  /**
   * Calls the listeners of the event, one after the other, and then returns.
   *
   * The error of a listener that throws, or whose promise rejects, is reported;
   * the other listeners are called all the same.
   *
   * @param event The event; it can be emitted more than once.
   * @throws {TypeError} If `event` is not an event.
   */
  emit(event: BaseEvent): void {
    if (!(event instanceof BaseEvent)) {
      throw refused("event", "an event", event);
    }
    const cls = event.constructor as EventClass;
    event.markAsUnhandled();
    if (!this.isEnabled(cls)) return;
    for (const { listener, connected, filter } of this.#audience(cls)) {
      if (!connected || !matches(event, filter)) continue;
      this.#call(listener, event);
      if (event.handled) return;
    }
  }

  /**
   * Keeps the events of the class and of its subclasses from every listener.
   *
   * @param cls The class of events.
   */
  disable(cls: EventClass): void {
    checkEventClass(cls);
    this.#disabled.add(cls);
  }

  /**
   * Takes back {@linkcode EventManager.disable} for this class.
   *
   * @param cls The class of events.
   */
  enable(cls: EventClass): void {
    checkEventClass(cls);
    this.#disabled.delete(cls);
  }

  /**
   * Tells whether events of the class reach their listeners.
   *
   * @param cls The class of events.
   * @returns `false` if the class or one of its superclasses is disabled.
   */
  isEnabled(cls: EventClass): boolean {
    if (this.#disabled.size === 0) return true;
    return lineage(cls).every((ancestor) => !this.#disabled.has(ancestor));
  }

  /**
   * Makes a stream of the events of a class and of its subclasses.
   *
   * Events are queued from the call on, even when nothing reads them yet.
   *
   * @example Usage
   * ```ts
   * import { EventManager, ProgressEndEvent } from "@sluice/sluice/events";
   *
   * const manager = new EventManager();
   * const ends = manager.events(ProgressEndEvent, {
   *   signal: AbortSignal.timeout(100),
   * });
   * try {
   *   for await (const { message } of ends) console.log(message);
   * } catch {
   *   console.log("nothing ended any more");
   * }
   * ```
   *
   * @param cls The class of events.
   * @param options A filter, a signal that ends the stream, and the most events
   * that may be queued.
   * @returns The stream; cancelling it disconnects it.
   * @throws {TypeError} If `cls` is no event class or an option of the wrong
   * type.
   * @throws {RangeError} If `limit` is not a positive integer.
   */
  events<E extends BaseEvent>(
    cls: EventClass<E>,
    options: EventStreamOptions = {},
  ): ReadableStream<E> {
    checkEventClass(cls);
    return eventStream(cls.name, options, (listener) => {
      this.connect(cls, listener, { filter: options.filter });
      return () => this.disconnect(cls, listener);
    });
  }

  #call(listener: EventListener<BaseEvent>, event: BaseEvent): void {
    try {
      const result = listener(event);
      if (!(result instanceof Promise)) return;
      result.catch((error) => this.#onListenerError(error, event));
    } catch (error) {
      this.#onListenerError(error, event);
    }
  }

  #remove(cls: EventClass, listener: EventListener<BaseEvent>): boolean {
    const connections = this.#connections.get(cls) ?? [];
    const index = connections.findIndex((c) => c.listener === listener);
    if (index < 0) return false;
    connections[index].connected = false;
    connections.splice(index, 1);
    this.#audiences.clear();
    return true;
  }

  #audience(cls: EventClass): readonly Connection[] {
    const known = this.#audiences.get(cls);
    if (known) return known;
    const audience = lineage(cls)
      .flatMap((ancestor) => this.#connections.get(ancestor) ?? [])
      .sort((a, b) => b.priority - a.priority || a.order - b.order);
    this.#audiences.set(cls, audience);
    return audience;
  }
}

/**
 * The event manager that is used where no other one is given.
 *
 * @example Usage
 * ```ts
 * import { globalEventManager, ProgressEndEvent } from "@sluice/sluice/events";
 *
 * globalEventManager.connect(ProgressEndEvent, ({ message }) => {
 *   console.log(message);
 * });
 * ```
 */
export const globalEventManager: EventManager = new EventManager();

function reportListenerError(error: unknown, event: BaseEvent): void {
  console.error(`A listener of "${event.constructor.name}" failed:`, error);
}

function checkEventClass(cls: unknown): asserts cls is EventClass {
  if (typeof cls === "function" && lineage(cls as EventClass).length > 0) {
    return;
  }
  throw refused("cls", "a class of events", cls);
}

/** Returns the class and its superclasses up to {@linkcode BaseEvent}. */
function lineage(cls: EventClass): EventClass[] {
  const classes: EventClass[] = [];
  let ancestor: unknown = cls;
  while (typeof ancestor === "function") {
    classes.push(ancestor as EventClass);
    if (ancestor === BaseEvent) return classes;
    ancestor = Object.getPrototypeOf(ancestor);
  }
  return [];
}
