const ERASE_TO_END = "\x1b[J";
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/** What a terminal that does not tell has. */
const ROWS = 24;

/** Standard output or standard error. */
export type StandardStream = "stdout" | "stderr";

/**
 * Standard output and standard error, with lines at the bottom of one of them
 * that change in place where it is a terminal.
 */
export class Terminal {
  /** Whether {@linkcode Terminal.draw} shows anything. */
  readonly isLive: boolean;
  readonly #stream: StandardStream;
  #drawn: readonly string[] = [];
  /** The last of those who write: one at a time does. */
  #turn: Promise<void> = Promise.resolve();

  /** Draws the lines that change on `stream`. */
  constructor(stream: StandardStream) {
    this.#stream = stream;
    this.isLive = Deno[stream].isTerminal();
  }

  /** Replaces the lines that change. */
  async draw(lines: readonly string[]): Promise<void> {
    if (!this.isLive) return;
    await this.#inTurn(async () => {
      await writeAll(this.#stream, this.#erase() + this.#paint(lines));
    });
  }

  /** Writes a line that stays, above those that change. */
  async print(line: string): Promise<void> {
    await this.write(this.#stream, `${line}\n`);
  }

  /** Writes lines that stay, above those that change. */
  async write(stream: StandardStream, text: string): Promise<void> {
    await this.#inTurn(async () => {
      const drawn = this.#drawn;
      await writeAll(this.#stream, this.#erase());
      await writeAll(stream, text);
      await writeAll(this.#stream, this.#paint(drawn));
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

  /** A line that is too long is cut off by the terminal, and stays one line. */
  #paint(lines: readonly string[]): string {
    if (lines.length === 0) return "";
    this.#drawn = fitting(lines);
    return NO_WRAP + this.#drawn.map((line) => `${line}\n`).join("") + WRAP;
  }
}

/** As many lines as the screen has room for. */
function fitting(lines: readonly string[]): readonly string[] {
  const room = (Deno.consoleSize().rows || ROWS) - 1;
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, room - 1);
  return [...shown, `... and ${lines.length - shown.length} more`];
}

async function writeAll(
  stream: StandardStream,
  text: string,
): Promise<void> {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(await Deno[stream].write(rest));
  }
}
