/**
 * What a terminal shows, and what has left it at the top: as much of a VT100 as
 * progress bars need. Each character takes one column.
 */
export class Screen {
  readonly #rows: number;
  readonly #columns: number;
  #lines: string[] = [""];
  /** Lines that have left the screen at the top. */
  #top = 0;
  #row = 0;
  #column = 0;

  constructor({ rows, columns }: { rows: number; columns: number }) {
    this.#rows = rows;
    this.#columns = columns;
  }

  /** All lines, from the first one that was written. */
  get lines(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  write(text: string): void {
    // deno-lint-ignore no-control-regex
    const parts = text.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[^]/gu);
    for (const [part, count, command] of parts) {
      if (command !== undefined) this.#obey(command, count);
      else if (part === "\n") this.#move(this.#row + 1);
      else if (part === "\r") this.#column = 0;
      else this.#put(part);
    }
  }

  #obey(command: string, count: string): void {
    const number = Number(count) || (command === "G" ? 1 : 0);
    const line = this.#lines[this.#row];
    const before = line.slice(0, this.#column);
    switch (command) {
      case "A":
        this.#row = Math.max(this.#top, this.#row - (number || 1));
        break;
      case "G":
        this.#column = number - 1;
        break;
      case "J":
        this.#lines[this.#row] = before;
        this.#lines.length = this.#row + 1;
        break;
      case "K":
        if (number === 0) this.#lines[this.#row] = before;
        else this.#lines[this.#row] = "";
        break;
    }
  }

  #put(character: string): void {
    if (this.#column === this.#columns) {
      this.#column = 0;
      this.#move(this.#row + 1);
    }
    const line = this.#lines[this.#row].padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character +
      line.slice(this.#column + 1);
    this.#column++;
  }

  #move(row: number): void {
    while (this.#lines.length <= row) this.#lines.push("");
    this.#row = row;
    this.#top = Math.max(this.#top, row - this.#rows + 1);
  }
}
