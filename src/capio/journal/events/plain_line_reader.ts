import { asciiText } from "./ascii_text.ts";
import type { JournalEvent } from "./event.ts";
import { isMemberId } from "./field_checks.ts";
import {
  PLAIN_LINES,
  type PlainField,
  type PlainLine,
  type PlainValue,
} from "./plain_line.ts";

/**
 * Reads the commonest lines of a journal straight from their bytes, several times
 * as fast as by way of JSON. Only what is, byte for byte, a line that a member
 * writes is read so, and any other line is left to the checks of all events.
 */
export class PlainLineReader {
  readonly #values: PlainValue[] = [];
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  /** The line that comes next, if they come in the order of the table. */
  #next = 0;
  /** The latest members, with their ids as bytes. */
  readonly #members: { readonly id: string; readonly bytes: Uint8Array }[] = [];

  /**
   * Returns the event of the line that begins at a position, `undefined` if it is
   * no plain one. After that {@linkcode end} is the position behind its break.
   */
  read(bytes: Uint8Array, start: number): JournalEvent | undefined {
    this.#bytes = bytes;
    for (let tried = 0; tried < PLAIN_LINES.length; tried++) {
      const line = PLAIN_LINES[this.#next];
      this.#next = (this.#next + 1) % PLAIN_LINES.length;
      this.#at = start;
      const event = this.#readAs(line);
      if (event) return event;
    }
    return undefined;
  }

  /** The position behind the break of the line that was read. */
  get end(): number {
    return this.#at;
  }

  #readAs({ texts, fields, event }: PlainLine): JournalEvent | undefined {
    if (!this.#skip(texts[0])) return undefined;
    const values = this.#values;
    for (let n = 0; n < fields.length; n++) {
      const value = this.#read(fields[n]);
      if (value === undefined || !this.#skip(texts[n + 1])) return undefined;
      values[n] = value;
    }
    return event(values);
  }

  #skip(text: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let n = 0; n < text.length; n++) {
      if (bytes[start + n] !== text[n]) return false;
    }
    this.#at = start + text.length;
    return true;
  }

  #read(field: PlainField): PlainValue | undefined {
    switch (field) {
      case "path":
        return this.#readPath();
      case "count":
        return this.#readCount();
      case "counts":
        return this.#readCounts();
      case "member":
        return this.#readMember();
    }
  }

  /** Reads a path of visible ASCII with names that begin with no dot. */
  #readPath(): string | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    let isNameStart = true;
    let at = start;
    for (; bytes[at] !== QUOTE; at++) {
      const byte = bytes[at];
      // It is undefined at the end of the bytes.
      if (!(byte > SPACE && byte < DELETE) || byte === BACKSLASH) return;
      if (isNameStart && (byte === DOT || byte === SLASH)) return;
      isNameStart = byte === SLASH;
    }
    // It is empty, or has a slash at its end.
    if (isNameStart) return undefined;
    this.#at = at;
    return asciiText(bytes, start, at);
  }

  #readCount(): number | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    // Two small integers are added up faster than one that is not small.
    let head = 0;
    let tail = 0;
    let at = start;
    for (; bytes[at] >= ZERO && bytes[at] <= NINE; at++) {
      if (at < start + SMALL_DIGITS) head = head * 10 + (bytes[at] - ZERO);
      else tail = tail * 10 + (bytes[at] - ZERO);
    }
    const digits = at - start;
    const isNumber = digits === 1 || digits > 1 && bytes[start] !== ZERO;
    if (!isNumber || digits > MOST_DIGITS) return undefined;
    this.#at = at;
    return digits <= SMALL_DIGITS
      ? head
      : head * 10 ** (digits - SMALL_DIGITS) + tail;
  }

  #readCounts(): number[] | undefined {
    const counts: number[] = [];
    do {
      const count = this.#readCount();
      if (count === undefined) return undefined;
      counts.push(count);
    } while (this.#skipComma());
    return counts;
  }

  #skipComma(): boolean {
    const isThere = this.#bytes[this.#at] === COMMA;
    if (isThere) this.#at++;
    return isThere;
  }

  #readMember(): string | undefined {
    for (const { id, bytes } of this.#members) {
      if (this.#skip(bytes)) return id;
    }
    const start = this.#at;
    const length = this.#bytes.subarray(start, start + MOST_MEMBER_BYTES)
      .indexOf(QUOTE);
    const end = start + Math.max(0, length);
    const member = asciiText(this.#bytes, start, end);
    if (!isMemberId(member)) return undefined;
    this.#members.unshift({ id: member, bytes: this.#bytes.slice(start, end) });
    if (this.#members.length > MOST_MEMBERS) this.#members.pop();
    this.#at = end;
    return member;
  }
}

const NOTHING = new Uint8Array();
/** No number of so many digits loses one. */
const MOST_DIGITS = 15;
const SMALL_DIGITS = 9;
/** Most members that are known, so that their ids are not made again. */
const MOST_MEMBERS = 16;
/** The id of a member, and the quote behind it. */
const MOST_MEMBER_BYTES = 20;

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;
const DELETE = 127;
