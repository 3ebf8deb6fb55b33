const ERASE_TO_END = "\x1b[J";
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/** What a terminal that does not tell has. */
const ROWS = 24;

/**
 * Standard output and standard error, with lines at the bottom that change in
 * place where standard error is a terminal.
 */
export class Terminal {
  /** Whether {@linkcode Terminal.draw} shows anything. */
  readonly isLive = Deno.stderr.isTerminal();
  #drawn: readonly string[] = [];
  /** The last of those who write: one at a time does. */
  #turn: Promise<void> = Promise.resolve();

  /** Text that stays, above the lines that change. */
  writable(stream: "stdout" | "stderr"): WritableStream<string> {
    return new WritableStream({
      write: (text) => this.#write(stream, text),
    });
  }

  /** Writes a line that stays to standard error. */
  async log(line: string): Promise<void> {
    await this.#write("stderr", `${line}\n`);
  }

  /** Replaces the lines that change. */
  async draw(lines: readonly string[]): Promise<void> {
    if (!this.isLive) return;
    await this.#inTurn(async () => {
      await writeAll(Deno.stderr, this.#erase() + this.#paint(lines));
    });
  }

  async #write(stream: "stdout" | "stderr", text: string): Promise<void> {
    await this.#inTurn(async () => {
      const lines = this.#drawn;
      await writeAll(Deno.stderr, this.#erase());
      await writeAll(Deno[stream], text);
      await writeAll(Deno.stderr, this.#paint(lines));
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
    this.#drawn = fitting(lines);
    if (this.#drawn.length === 0) return "";
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
  stream: typeof Deno.stdout,
  text: string,
): Promise<void> {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(await stream.write(rest));
  }
}
