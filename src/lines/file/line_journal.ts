import { type EntryInfo, writeAll } from "../../internal/mod.ts";
import { deserializeItem, type LineItem } from "../buffer/mod.ts";
import { FlockLock } from "./flock_lock.ts";
import type { LineFiles } from "./line_files.ts";
import {
  openPlainFile,
  plainFileAt,
  readPlainFile,
  removePlainFile,
} from "./plain_file.ts";

/** The state of the newer file when this process wrote it last. */
interface KnownFile {
  readonly version: string;
  readonly items: number;
}

/**
 * Items in two files, one line of JSON each: when the newer file holds `maxlen`
 * items, it replaces the older one. Processes take turns by means of an advisory
 * lock on a third file.
 */
export class LineJournal implements LineFiles {
  readonly #newer: string;
  readonly #older: string;
  readonly #lock: FlockLock;
  readonly #maxlen: number;
  #known: KnownFile | undefined;
  /** The version of the older file when this process made it. */
  #olderVersion = "";

  constructor(base: string, maxlen: number) {
    this.#newer = `${base}.log`;
    this.#older = `${base}-1.log`;
    this.#lock = new FlockLock(`${base}.lock`);
    this.#maxlen = maxlen;
  }

  /** Appends items, all or none of them. */
  append(items: readonly LineItem[]): Promise<void> {
    return this.#lock.during("exclusive", async () => {
      const before = await this.#countItems();
      const isFull = before >= this.#maxlen;
      if (isFull) await this.#rotate();
      const kept = items.slice(-this.#maxlen);
      const text = kept.map((item) => JSON.stringify(item) + "\n").join("");
      using file = await openPlainFile(this.#newer);
      await writeAll(file, new TextEncoder().encode(text));
      this.#known = {
        version: versionOf(file.statSync()),
        items: (isFull ? 0 : before) + kept.length,
      };
    });
  }

  /** The last `count` items. */
  read(count: number): Promise<LineItem[]> {
    return this.#lock.during("shared", async () => {
      const items = await Promise.all(
        [this.#older, this.#newer].map(readItems),
      );
      return items.flat().slice(-count).map(({ path, line }) =>
        decodeItem(path, line)
      );
    });
  }

  clear(): Promise<void> {
    return this.#lock.during("exclusive", async () => {
      const paths = [this.#older, this.#newer];
      // All are ours before the first one is removed.
      await Promise.all(paths.map(readOwnText));
      await Promise.all(paths.map(removePlainFile));
    });
  }

  close(): Promise<void> {
    return this.#lock.close();
  }

  /** Replaces the older file by the newer one. */
  async #rotate(): Promise<void> {
    const replaced = versionOf(plainFileAt(this.#older));
    if (replaced !== this.#olderVersion) await readOwnText(this.#older);
    await Deno.rename(this.#newer, this.#older);
    this.#olderVersion = versionOf(plainFileAt(this.#older));
  }

  /** Counts the items of the newer file, and cuts off a half one at its end. */
  async #countItems(): Promise<number> {
    const version = versionOf(plainFileAt(this.#newer));
    if (this.#known?.version === version) return this.#known.items;
    const text = await readOwnText(this.#newer);
    const lines = wholeLines(text);
    if (text !== "" && !text.endsWith("\n")) {
      const whole = lines.map((line) => line + "\n").join("");
      using file = await openPlainFile(this.#newer);
      await file.truncate(new TextEncoder().encode(whole).length);
    }
    return lines.length;
  }
}

/** The lines that end in a break: a crash may have cut the last one. */
function wholeLines(text: string): string[] {
  const lines = text.split("\n");
  lines.pop();
  return lines;
}

async function readItems(
  path: string,
): Promise<{ path: string; line: string }[]> {
  const text = await readPlainFile(path) ?? "";
  return wholeLines(text).map((line) => ({ path, line }));
}

/**
 * Reads a file that is going to be cut, replaced or removed, which the log of
 * another program must not be.
 */
async function readOwnText(path: string): Promise<string> {
  const text = await readPlainFile(path) ?? "";
  const [first] = text.split("\n", 1);
  if (text.length > first.length) decodeItem(path, first);
  else if (!isBegunItem(first)) throw foreignLog(path, first);
  return text;
}

/** Returns whether a text may be an item that a crash has cut. */
function isBegunItem(text: string): boolean {
  const message = '{"/is_syncsdata":true,';
  return text === "" || text.startsWith('"') ||
    message.startsWith(text.slice(0, message.length));
}

function decodeItem(path: string, line: string): LineItem {
  try {
    return deserializeItem(JSON.parse(line));
  } catch (cause) {
    throw foreignLog(path, line, cause);
  }
}

function foreignLog(path: string, line: string, cause?: unknown): Error {
  return new Deno.errors.InvalidData(
    `Cannot read "${path}": expected an item in each line, found ` +
      `${JSON.stringify(line.slice(0, 80))}, which no LineFileBuffer with ` +
      'the layout "journal" writes',
    { cause },
  );
}

/** A text that is another one after each write to the file or its place. */
function versionOf(file: EntryInfo | undefined): string {
  return file ? `${file.ino} ${file.size} ${file.mtime?.getTime()}` : "";
}
