import { deserializeItem, type LineEvent } from "../buffer/mod.ts";

/** How long a browser waits before it connects again, in milliseconds. */
const RECONNECT_MILLISECONDS = 500;

/** Lines without meaning, which show that the connection is alive. */
export const EVENT_STREAM_HEARTBEAT = ":\n\n";

/** Where a reader is: an item's number and the buffer that counts. */
export interface EventPosition {
  readonly buffer: string;
  /** Number of the item that it has not got yet. */
  readonly next: number;
}

/** An event as it is on the wire. */
export interface ServerSentEvent {
  /** Name of the event; items have none. */
  readonly event: string;
  readonly data: string;
  /** The last identifier that was sent. */
  readonly id: string;
}

/** Server-sent events for what happened in the buffer named so. */
export function encodeEvents(
  events: readonly LineEvent[],
  buffer: string,
): string {
  return events.map((event) => encodeEvent(event, buffer)).join("");
}

/** The position that an identifier stands for, if it is one of ours. */
export function decodePosition(id: string | null): EventPosition | undefined {
  const match = /^([\w-]+)-(\d{1,15})$/.exec(id ?? "");
  return match ? { buffer: match[1], next: Number(match[2]) } : undefined;
}

/**
 * What a server-sent event says about the buffer.
 *
 * @returns Nothing for events that a later host may send.
 * @throws {TypeError} If its data is not what its name promises.
 */
export function decodeEvent(sent: ServerSentEvent): LineEvent | undefined {
  const next = decodePosition(sent.id)?.next ?? 0;
  switch (sent.event) {
    case "": {
      const item = deserializeItem(JSON.parse(sent.data));
      return { kind: "item", id: next - 1, item };
    }
    case "gap":
      return { kind: "gap", dropped: Number(JSON.parse(sent.data)), next };
    case "clear":
      return { kind: "clear", next };
    case "last":
      return { kind: "last", lines: JSON.parse(sent.data) };
  }
}

/** Takes a stream of server-sent events apart, wherever its chunks are split. */
export class EventStreamParser {
  #rest = "";
  #lastId = "";
  /** Counts once its event is whole: the connection may be cut before that. */
  #id = "";
  #event = "";
  #data: string[] = [];

  /** The last identifier that was sent, with or without an event. */
  get lastId(): string {
    return this.#lastId;
  }

  /** The events that a chunk of the stream completes. */
  push(chunk: string): ServerSentEvent[] {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line.replace(/\r$/, "")));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === "") return this.#dispatch();
    const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
    if (name === "id") this.#id = value;
    if (name === "event") this.#event = value;
    if (name === "data") this.#data.push(value);
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const event = this.#event;
    const data = this.#data;
    this.#event = "";
    this.#data = [];
    this.#lastId = this.#id;
    if (data.length === 0) return [];
    return [{ event, data: data.join("\n"), id: this.#id }];
  }
}

function encodeEvent(event: LineEvent, buffer: string): string {
  switch (event.kind) {
    case "start":
      return `retry: ${RECONNECT_MILLISECONDS}\nid: ${buffer}-${event.next}\n\n`;
    case "item":
      return `id: ${buffer}-${event.id + 1}\ndata: ${
        JSON.stringify(event.item)
      }\n\n`;
    case "gap":
      return `id: ${buffer}-${event.next}\nevent: gap\ndata: ${event.dropped}\n\n`;
    case "clear":
      return `id: ${buffer}-${event.next}\nevent: clear\ndata: {}\n\n`;
    case "last":
      return `event: last\ndata: ${JSON.stringify(event.lines)}\n\n`;
  }
}
