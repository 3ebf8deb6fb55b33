import { checkNonEmptyString, outOfRange } from "../../internal/mod.ts";
import { GroupedMessage, splitLines } from "../buffer/mod.ts";
import type { LineTarget } from "../capture/mod.ts";
import { MirrorLines } from "./mirror_lines.ts";

/**
 * Puts the name of a writer before each of its lines. Only whole lines go to
 * the target, so that those of several writers do not mix.
 */
export class NamedLines implements LineTarget {
  readonly #target: LineTarget;
  readonly #prefix: string;
  readonly #lines = new MirrorLines(false);

  /**
   * @throws {TypeError} If the name is no string.
   * @throws {RangeError} If the name is empty, or has a line break.
   */
  constructor(target: LineTarget, name: string) {
    checkNonEmptyString("name", name);
    if (splitLines(name)[0] !== name) {
      throw outOfRange("name", "a string without line breaks", name);
    }
    this.#target = target;
    this.#prefix = `${name}: `;
  }

  async write(text: string): Promise<number> {
    await this.#send(this.#lines.take(text));
    return text.length;
  }

  /** Sends the line that was begun, if there is one. */
  async end(): Promise<void> {
    await this.#send(this.#lines.takeUnsent());
  }

  /** The same message with the name before its lines. */
  named({ data, type }: GroupedMessage): GroupedMessage {
    return new GroupedMessage(data.map((line) => this.#prefix + line), type);
  }

  async #send(text: string): Promise<void> {
    const lines = splitLines(text).map((line) => `${this.#prefix}${line}\n`);
    if (lines.length > 0) await this.#target.write(lines.join(""));
  }
}
