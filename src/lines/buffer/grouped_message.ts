import { checkOneOf, refused } from "../../internal/mod.ts";
import { splitLines } from "./line_breaks.ts";

/** Characters that a line of a message counts besides its own. */
const LINE_CHARS = 16;

const MESSAGE_TYPES = ["str", "warning", "error"] as const;

/** The kind of a message: text, a warning or an error. */
export type MessageType = "str" | "warning" | "error";

/** One thing that a line buffer keeps: a line, or several that belong together. */
export type LineItem = string | GroupedMessage;

/** A {@linkcode GroupedMessage} as syncstream writes it in JSON. */
export interface SerializedMessage {
  /** Marks the object as one of syncstream's. */
  "/is_syncsdata": true;
  /** Class of the object. */
  "/type": "GroupedMessage";
  /** The kind of the message. */
  type: MessageType;
  /** Its lines. */
  data: string[];
}

/**
 * Several lines that are one item of a buffer, for instance an error with its
 * stack. The same as `GroupedMessage` of syncstream 1.2.
 *
 * @example Usage
 * ```ts
 * import { GroupedMessage } from "@sluice/sluice/lines";
 *
 * new GroupedMessage(new Error("out of paper")).type; // "error"
 * new GroupedMessage("two\nlines").data; // ["two", "lines"]
 * new GroupedMessage(["almost out of paper"], "warning").type; // "warning"
 * ```
 */
export class GroupedMessage {
  /** The kind of the message. */
  readonly type: MessageType;
  /** Its lines. */
  readonly data: readonly string[];

  /**
   * Builds a message.
   *
   * @param source A text, which is split into lines; lines; or an error, of
   * which the stack is taken.
   * @param type By default `"str"` for texts and lines, `"warning"` for errors
   * whose name ends in `Warning`, `"error"` for the others.
   * @throws {TypeError} If the source or the type is something else.
   */
  constructor(
    source: string | readonly string[] | Error,
    type: MessageType = typeOf(source),
  ) {
    checkOneOf("type", type, MESSAGE_TYPES);
    this.type = type;
    this.data = linesOf(source);
  }

  /**
   * Builds a message from its serialized form.
   *
   * @param value The serialized form, as `JSON.parse` returns it.
   * @returns The message.
   * @throws {TypeError} If the value is not a serialized message.
   */
  static deserialize(value: unknown): GroupedMessage {
    if (!isSerialized(value)) {
      throw new TypeError(
        "Cannot read a serialized GroupedMessage: it needs " +
          '"/is_syncsdata": true, "/type": "GroupedMessage", a known "type" ' +
          'and "data" as an array of strings',
      );
    }
    return new GroupedMessage(value.data, value.type);
  }

  /** The form in which the message travels and is stored. */
  serialize(): SerializedMessage {
    return {
      "/is_syncsdata": true,
      "/type": "GroupedMessage",
      type: this.type,
      data: [...this.data],
    };
  }

  /** The serialized form, for `JSON.stringify`. */
  toJSON(): SerializedMessage {
    return this.serialize();
  }

  /** The lines, joined by line feeds. */
  toString(): string {
    return this.data.join("\n");
  }
}

/** Builds an item from the value that `JSON.parse` made of it. */
export function deserializeItem(value: unknown): LineItem {
  return typeof value === "string" ? value : GroupedMessage.deserialize(value);
}

/** Throws a `TypeError` unless the argument `message` is a message. */
export function checkMessage(
  message: unknown,
): asserts message is GroupedMessage {
  if (message instanceof GroupedMessage) return;
  throw refused("message", "a GroupedMessage", message);
}

/**
 * The number of characters that an item counts. A line of a message takes
 * memory even when it is empty, and a message may have very many lines.
 */
export function charsOf(item: LineItem): number {
  if (typeof item === "string") return item.length;
  return item.data.reduce((sum, line) => sum + line.length + LINE_CHARS, 0);
}

function typeOf(source: unknown): MessageType {
  if (!(source instanceof Error)) return "str";
  return source.name.endsWith("Warning") ? "warning" : "error";
}

function linesOf(source: unknown): string[] {
  if (typeof source === "string") return splitLines(source);
  if (source instanceof Error) {
    return splitLines(source.stack || `${source}`);
  }
  if (isStrings(source)) return [...source];
  throw refused(
    "source",
    "a string, an array of strings or an Error",
    source,
  );
}

function isSerialized(value: unknown): value is SerializedMessage {
  if (typeof value !== "object" || value === null) return false;
  const message = value as Record<string, unknown>;
  return message["/is_syncsdata"] === true &&
    message["/type"] === "GroupedMessage" &&
    isMessageType(message.type) && isStrings(message.data);
}

function isMessageType(value: unknown): value is MessageType {
  return MESSAGE_TYPES.some((type) => type === value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((it) => typeof it === "string");
}
