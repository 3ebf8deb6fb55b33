import { decodeEvent, type JournalEvent } from "../../journal/mod.ts";

/** The version of the messages. */
export const WIRE_FORMAT = 1;

/** What an agent publishes in the journal stream at once. */
export interface JournalMessage {
  /** The sequence of its agent's first message; 0 in that one. */
  readonly epoch: number;
  /** Where its lines begin in the local journal, in bytes from the run's start. */
  readonly from: number;
  /** Where they end there. */
  readonly to: number;
  /** What the agent says of machines. It stands in no local journal. */
  readonly machines: readonly JournalEvent[];
  /** The lines, each with the place in the journal where it ends. */
  readonly lines: readonly PlacedLine[];
}

/** A line, and where the line of the local journal ends that it comes from. */
export interface PlacedLine {
  readonly end: number;
  /** Missing where this version cannot read it. */
  readonly event: JournalEvent | undefined;
}

/** A message of another version. */
export interface ForeignFormat {
  readonly format: number;
}

/** Encodes a message. */
export function encodeMessage(message: JournalMessage): Uint8Array {
  const { machines, lines, ...head } = message;
  return new TextEncoder().encode(JSON.stringify({
    format: WIRE_FORMAT,
    ...head,
    machines: machines.map((it) => JSON.stringify(it)),
    lines: lines.map(({ end, event }) => [end, JSON.stringify(event)]),
  }));
}

/** Decodes a message; `undefined` if it is none. */
export function decodeMessage(
  bytes: Uint8Array,
): JournalMessage | ForeignFormat | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isCount(value.format)) return undefined;
  if (value.format !== WIRE_FORMAT) return { format: value.format };
  const { epoch, from, to, machines, lines } = value;
  if (!isCount(epoch) || !isCount(from) || !isCount(to)) return undefined;
  if (!Array.isArray(machines) || !Array.isArray(lines)) return undefined;
  return {
    epoch,
    from,
    to,
    machines: machines.map(eventOf).filter((it) => it !== undefined),
    lines: lines.filter((it) => Array.isArray(it) && isCount(it[0]))
      .map(([end, text]) => ({ end, event: eventOf(text) })),
  };
}

function eventOf(text: unknown): JournalEvent | undefined {
  return typeof text === "string" ? decodeEvent(text) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
