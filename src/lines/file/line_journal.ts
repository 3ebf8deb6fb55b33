import { deserializeItem, type LineItem } from "../buffer/mod.ts";
import { FlockLock } from "./flock_lock.ts";
import type { LineFiles } from "./line_files.ts";

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
      if (isFull) await Deno.rename(this.#newer, this.#older);
      const kept = items.slice(-this.#maxlen);
      const text = kept.map((item) => JSON.stringify(item) + "\n").join("");
      await Deno.writeTextFile(this.#newer, text, { append: true });
      this.#known = {
        version: await versionOf(this.#newer),
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
      await Promise.all([this.#older, this.#newer].map(removeIfPresent));
    });
  }

  close(): Promise<void> {
    return this.#lock.close();
  }

  /** Counts the items of the newer file, and cuts off a half one at its end. */
  async #countItems(): Promise<number> {
    const version = await versionOf(this.#newer);
    if (this.#known?.version === version) return this.#known.items;
    const text = await readText(this.#newer);
    const lines = wholeLines(text);
    // The log of another program must not be cut, renamed or replaced.
    if (lines.length > 0) decodeItem(this.#newer, lines[0]);
    if (text !== "" && !text.endsWith("\n")) {
      const whole = lines.map((line) => line + "\n").join("");
      await Deno.truncate(this.#newer, new TextEncoder().encode(whole).length);
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
  return wholeLines(await readText(path)).map((line) => ({ path, line }));
}

function decodeItem(path: string, line: string): LineItem {
  try {
    return deserializeItem(JSON.parse(line));
  } catch (cause) {
    throw new Deno.errors.InvalidData(
      `Cannot read "${path}": expected an item in each line, found ` +
        `${JSON.stringify(line.slice(0, 80))}, which no LineFileBuffer with ` +
        'the layout "journal" writes',
      { cause },
    );
  }
}

async function readText(path: string): Promise<string> {
  return await ifPresent(Deno.readTextFile(path)) ?? "";
}

/** A text that is another one after each write to the file or its place. */
async function versionOf(path: string): Promise<string> {
  const file = await ifPresent(Deno.stat(path));
  return file ? `${file.ino} ${file.size} ${file.mtime?.getTime()}` : "";
}

async function removeIfPresent(path: string): Promise<void> {
  await ifPresent(Deno.remove(path));
}

async function ifPresent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
