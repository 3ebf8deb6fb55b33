import type { JournalEvent } from "../../journal/mod.ts";
import type { JournalMessage } from "../wire/mod.ts";

/** A message as it stands in the stream. */
export interface StoredMessage {
  readonly seq: number;
  /** The machine in whose subject it stands. */
  readonly machine: string;
  readonly message: JournalMessage;
}

/** A line that counts, with its place in the stream. */
export type AcceptedLine = JournalEvent & Required<Pick<JournalEvent, "via">>;

/** How far the stream was read of one machine. */
interface Position {
  /** The sequence of the first message of its present agent. */
  epoch: number;
  /** Where the next line begins in its journal. */
  expected: number;
}

/**
 * Decides which lines of the stream count. Every agent reads the stream from its
 * beginning and comes to the same.
 *
 * Of a message that begins before what is expected the new lines count; one that
 * begins after it is passed over, and so is one of an earlier agent.
 */
export class Received {
  readonly #positions = new Map<string, Position>();

  /** The place in its journal up to which a machine has published. */
  expected(machine: string): number {
    return this.#positions.get(machine)?.expected ?? 0;
  }

  /** The present epoch of a machine; `undefined` before it has published. */
  epoch(machine: string): number | undefined {
    return this.#positions.get(machine)?.epoch;
  }

  /** Takes the next message of the stream, and returns the lines that count. */
  take({ seq, machine, message }: StoredMessage): AcceptedLine[] {
    const { epoch, from, to, machines, lines } = message;
    const known = this.#positions.get(machine);
    if (epoch === 0) {
      const expected = known?.expected ?? 0;
      this.#positions.set(machine, { epoch: seq, expected });
    } else if (epoch !== known?.epoch) return [];
    const at = (line: number) => ({ via: { machine, seq, line } });
    const accepted = machines.map((event, n) => ({ ...event, ...at(n) }));
    const position = this.#positions.get(machine);
    if (!position || from > position.expected) return accepted;
    const { expected } = position;
    for (const [n, { end, event }] of lines.entries()) {
      if (end <= expected || !event) continue;
      accepted.push({ ...event, ...at(machines.length + n) });
    }
    position.expected = Math.max(expected, to);
    return accepted;
  }
}
