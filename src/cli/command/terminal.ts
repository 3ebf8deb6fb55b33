import { terminalText, writeAll } from "../../internal/mod.ts";

const ERASE_TO_END = "\x1b[J";
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/** The number of rows where the terminal does not tell. */
const ROWS = 24;

/** Lines in one write: an interruption waits for no more than that. */
const LINES_AT_ONCE = 1000;

/** Standard output or standard error. */
export type StandardStream = "stdout" | "stderr";

/**
 * Writes to standard output and standard error. On a terminal, the control
 * characters of a text are shown as escapes, and its colours end with the line.
 * Where one of them is a terminal,
 * it can have lines at its bottom that change in place.
 */
export class Terminal {
  /** True when {@linkcode Terminal.draw} shows anything. */
  readonly isLive: boolean;
  readonly #stream: StandardStream;
  #drawn: readonly string[] = [];
  /** The last write: each one waits for the one before it. */
  #turn: Promise<void> = Promise.resolve();

  /** @param stream Where to draw the lines that change. */
  constructor(stream: StandardStream) {
    this.#stream = stream;
    this.isLive = Deno[stream].isTerminal();
  }

  /** Replaces the lines that change. */
  async draw(lines: readonly string[]): Promise<void> {
    if (!this.isLive) return;
    await this.#inTurn(async () => {
      await writeText(this.#stream, this.#erase() + this.#paint(lines));
    });
  }

  /** Writes a line that stays, above the lines that change. */
  async print(line: string): Promise<void> {
    await this.write(this.#stream, `${line}\n`);
  }

  /** The same for many lines, which take few writes. */
  async printAll(lines: readonly string[]): Promise<void> {
    for (let start = 0; start < lines.length; start += LINES_AT_ONCE) {
      const some = lines.slice(start, start + LINES_AT_ONCE);
      await this.write(this.#stream, `${some.join("\n")}\n`);
    }
  }

  /** Writes lines that stay, above the lines that change. */
  async write(stream: StandardStream, text: string): Promise<void> {
    await this.#inTurn(async () => {
      const drawn = this.#drawn;
      await writeText(this.#stream, this.#erase());
      await writeText(stream, shownText(stream, text));
      await writeText(this.#stream, this.#paint(drawn));
    });
  }

  async #inTurn(task: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    await result;
  }

  #erase(): string {
    const count = this.#drawn.length;
    this.#drawn = [];
    return count === 0 ? "" : `\x1b[${count}A\r${ERASE_TO_END}`;
  }

  /** The terminal cuts off a line that is too long, so that it stays one line. */
  #paint(lines: readonly string[]): string {
    if (lines.length === 0) return "";
    this.#drawn = fitting(lines).map((line) => terminalText(line));
    return NO_WRAP + this.#drawn.map((line) => `${line}\n`).join("") + WRAP;
  }
}

/** Returns as many lines as the screen has room for. */
function fitting(lines: readonly string[]): readonly string[] {
  const room = (Deno.consoleSize().rows || ROWS) - 1;
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, room - 1);
  return [...shown, `... and ${lines.length - shown.length} more`];
}

function shownText(stream: StandardStream, text: string): string {
  if (!Deno[stream].isTerminal()) return text;
  // A return that does not end a line would write over what is before it.
  return text.split(/\r?\n/)
    .map((line) => terminalText(line, { colors: true })).join("\n");
}

async function writeText(stream: StandardStream, text: string): Promise<void> {
  await writeAll(Deno[stream], new TextEncoder().encode(text));
}
