import { basename, dirname, join } from "@std/path";
import { FcntlLock } from "./fcntl_lock.ts";
import type { LineItem } from "../buffer/mod.ts";
import type { LineFiles } from "./line_files.ts";
import { plainFileAt, readPlainFile, removePlainFile } from "./plain_file.ts";

/**
 * One file an item, as syncstream has them: `NAME-0.log` is the newest, and
 * `NAME-19.log` the oldest of 20. All get the next number when one is added.
 */
export class LineItemFiles implements LineFiles {
  readonly #directory: string;
  readonly #name: string;
  readonly #maxlen: number;
  readonly #lock: FcntlLock;

  constructor(base: string, maxlen: number) {
    this.#directory = dirname(base);
    this.#name = basename(base);
    this.#maxlen = maxlen;
    this.#lock = new FcntlLock(`${base}.lock`);
  }

  append(items: readonly LineItem[]): Promise<void> {
    return this.#lock.during("exclusive", async () => {
      const texts = items.slice(-this.#maxlen).map(String).reverse();
      // A crash while the files are renamed leaves whole items, in order.
      for (const [i, text] of texts.entries()) {
        const staged = this.#stagedPath(i);
        // One that a killed process has left.
        await removePlainFile(staged);
        await Deno.writeTextFile(staged, text, { createNew: true });
      }
      await this.#freeNumbers(texts.length);
      for (let i = texts.length - 1; i >= 0; i--) {
        await Deno.rename(this.#stagedPath(i), this.#path(i));
      }
    });
  }

  read(count: number): Promise<LineItem[]> {
    return this.#lock.during("shared", async () => {
      const numbers = await this.#numbers();
      const paths = numbers.slice(0, count).map((it) => this.#path(it));
      return await Promise.all(
        paths.reverse().map(async (path) => await readPlainFile(path) ?? ""),
      );
    });
  }

  clear(): Promise<void> {
    return this.#lock.during("exclusive", async () => {
      for (const number of await this.#numbers(Infinity)) {
        await removePlainFile(this.#path(number));
      }
    });
  }

  close(): Promise<void> {
    return this.#lock.close();
  }

  /**
   * Frees the numbers below `count`. The renames are synchronous: there are
   * many, and each takes much less time than a hop to another thread.
   */
  async #freeNumbers(count: number): Promise<void> {
    const numbers = await this.#numbers();
    for (const number of numbers) plainFileAt(this.#path(number));
    // Numbers are missing if a process was killed while it freed some.
    for (const [i, number] of numbers.entries()) {
      if (number !== i) this.#renumber(number, i);
    }
    const mostKept = this.#maxlen - count;
    for (let i = numbers.length - 1; i >= 0; i--) {
      if (i >= mostKept) Deno.removeSync(this.#path(i));
      else this.#renumber(i, i + count);
    }
  }

  #renumber(from: number, to: number): void {
    Deno.renameSync(this.#path(from), this.#path(to));
  }

  /** The numbers below `limit` that items have, newest item first. */
  async #numbers(limit = this.#maxlen): Promise<number[]> {
    const numbers: number[] = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      const number = this.#numberOf(name);
      if (number !== undefined && number < limit) numbers.push(number);
    }
    return numbers.sort((a, b) => a - b);
  }

  #numberOf(name: string): number | undefined {
    const start = `${this.#name}-`;
    if (!name.startsWith(start)) return undefined;
    const digits = /^(0|[1-9]\d{0,14})\.log$/.exec(name.slice(start.length));
    return digits === null ? undefined : Number(digits[1]);
  }

  #path(number: number): string {
    return join(this.#directory, `${this.#name}-${number}.log`);
  }

  #stagedPath(number: number): string {
    return join(this.#directory, `${this.#name}-${number}.new`);
  }
}
