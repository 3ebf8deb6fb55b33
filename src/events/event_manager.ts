import { BaseEvent, type EventClass } from "./base_event.ts";
import { EventError } from "./event_error.ts";
import { type EventFilter, matches } from "./event_filter.ts";
import { eventStream, type EventStreamOptions } from "./event_stream.ts";

/** A function that is called with every event it is connected to. */
export type EventListener<E extends BaseEvent> = (event: E) => unknown;

/** Options for {@linkcode EventManager}. */
export interface EventManagerOptions {
  /**
   * Told of what a listener threw, or rejected with.
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
   * @default {{}}
   */
  filter?: EventFilter;
  /**
   * Listeners of a higher priority hear the event first; those of the same
   * priority in the order in which they were connected.
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
 * Hands events to the listeners of their class and of its superclasses.
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
  /** Who hears an event of a class, in order; emptied by every change. */
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
   * A listener that is already connected to the class is connected anew, with
   * the new options and behind the listeners of its priority.
   *
   * @param cls The class of events.
   * @param listener The function to call.
   * @param options Which events, and before which other listeners.
   * @throws {TypeError} If `cls` is no event class, `listener` no function or
   * `filter` no object.
   * @throws {RangeError} If `priority` is not a number.
   */
  connect<E extends BaseEvent>(
    cls: EventClass<E>,
    listener: EventListener<E>,
    options: ConnectOptions = {},
  ): void {
    const { filter = {}, priority = 0 } = options;
    assertEventClass(cls);
    if (typeof listener !== "function") {
      throw new TypeError(
        `listener must be a function, found ${Deno.inspect(listener)}`,
      );
    }
    if (typeof priority !== "number" || Number.isNaN(priority)) {
      throw new RangeError(
        `priority must be a number, found ${Deno.inspect(priority)}`,
      );
    }
    if (typeof filter !== "object" || filter === null) {
      throw new TypeError(
        `filter must be an object, found ${Deno.inspect(filter)}`,
      );
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
   * Ends what {@linkcode EventManager.connect} began.
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
   * Hands the event to its listeners, one after the other, before it returns.
   *
   * A listener that throws, or whose promise rejects, is reported and stops
   * none of the others.
   *
   * @param event The event; it may be emitted more than once.
   * @throws {TypeError} If it is none.
   */
  emit(event: BaseEvent): void {
    if (!(event instanceof BaseEvent)) {
      throw new TypeError(
        `event must be an event, found ${Deno.inspect(event)}`,
      );
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
    assertEventClass(cls);
    this.#disabled.add(cls);
  }

  /**
   * Takes back {@linkcode EventManager.disable} for this class.
   *
   * @param cls The class of events.
   */
  enable(cls: EventClass): void {
    assertEventClass(cls);
    this.#disabled.delete(cls);
  }

  /**
   * Whether events of the class reach their listeners.
   *
   * @param cls The class of events.
   * @returns `false` if the class or one of its superclasses is disabled.
   */
  isEnabled(cls: EventClass): boolean {
    if (this.#disabled.size === 0) return true;
    return lineage(cls).every((ancestor) => !this.#disabled.has(ancestor));
  }

  /**
   * The events of a class and of its subclasses, as a stream.
   *
   * Events are kept from the call on, whether or not they are being read.
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
   * @param options Which events, until when, and how many may wait.
   * @returns The stream; cancelling it disconnects it.
   * @throws {TypeError} If `cls` is no event class or `signal` no signal.
   * @throws {RangeError} If `limit` is not a positive integer.
   */
  events<E extends BaseEvent>(
    cls: EventClass<E>,
    options: EventStreamOptions = {},
  ): ReadableStream<E> {
    return eventStream(this, cls, options);
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
 * The event manager of everything that is not given one of its own.
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

function assertEventClass(cls: unknown): void {
  if (typeof cls === "function" && lineage(cls as EventClass).length > 0) {
    return;
  }
  throw new TypeError(
    `cls must be a class of events, found ${Deno.inspect(cls)}`,
  );
}

/** The class and its superclasses up to the one of all events. */
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
