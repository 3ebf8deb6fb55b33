import type { JournalEvent } from "../journal/mod.ts";
import type { CommittedSize } from "./bytes/mod.ts";
import type { OutwardLine } from "./translation/mod.ts";
import type { JournalMessage, PlacedLine } from "./wire/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";

/** What the others get of one line of the local journal. */
interface Group {
  readonly end: number;
  readonly lines: readonly OutwardLine[];
}

/** The size of a message from which on the next lines go into another one. */
const MOST_MESSAGE_BYTES = 256 * 1024;

/** What a machine has to tell the others and has not published yet. */
export class Outbox {
  readonly #groups: Group[] = [];
  readonly #machines: JournalEvent[] = [];
  #next = 0;
  #position = 0;

  /** Takes the lines that come from a line of the journal which ends there. */
  add(end: number, lines: readonly OutwardLine[]): void {
    if (lines.length > 0) this.#groups.push({ end, lines });
  }

  /** Takes what the agent says of machines, or of a file that is stored. */
  say(event: JournalEvent): void {
    this.#machines.push(event);
  }

  /** Drops what was published before this agent began. */
  begin(position: number): void {
    this.#position = position;
    while (this.#groups[this.#next]?.end <= position) this.#next++;
    this.#compact();
  }

  /** Tells whether the lines up to a place in the journal are published or sent. */
  isSent(end: number): boolean {
    return this.#next === this.#groups.length || end <= this.#position;
  }

  /** Whether there is nothing to publish. */
  get isEmpty(): boolean {
    return this.#next === this.#groups.length && this.#machines.length === 0;
  }

  /**
   * Takes the next message out. All lines that come from one line of the journal
   * stand in the same message.
   *
   * @param sizeOf Returns the size of a committed file, if it is still there.
   */
  take(
    epoch: number,
    sizeOf: (file: WorkflowFile) => CommittedSize | undefined,
  ): JournalMessage {
    const machines = this.#machines.splice(0);
    const lines: PlacedLine[] = [];
    const from = this.#position;
    let bytes = 0;
    while (this.#next < this.#groups.length && bytes < MOST_MESSAGE_BYTES) {
      const { end, lines: group } = this.#groups[this.#next++];
      for (const line of group) {
        const event = eventOf(line, sizeOf);
        bytes += JSON.stringify(event).length;
        lines.push({ end, event });
      }
      this.#position = end;
    }
    this.#compact();
    return { epoch, from, to: this.#position, machines, lines };
  }

  #compact(): void {
    if (this.#next < this.#groups.length && this.#next < 1000) return;
    this.#groups.splice(0, this.#next);
    this.#next = 0;
  }
}

function eventOf(
  line: OutwardLine,
  sizeOf: (file: WorkflowFile) => CommittedSize | undefined,
): JournalEvent {
  switch (line.type) {
    case "said":
      return line.event;
    case "committed": {
      const { file, by, time } = line;
      const size = sizeOf(file) ?? { size: 0, gone: true } as const;
      return { event: "committed", file: file.number, ...size, by, time };
    }
  }
}
