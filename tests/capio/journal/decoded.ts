import {
  EventDecoder,
  type JournalEvent,
} from "../../../src/capio/journal/mod.ts";

/** Decodes lines that a process reads together. */
export function decoded(
  lines: readonly string[],
): (JournalEvent | undefined)[] {
  const text = lines.map((line) => `${line}\n`).join("");
  const decoder = new EventDecoder();
  decoder.take(new TextEncoder().encode(text));
  const events: (JournalEvent | undefined)[] = [];
  while (decoder.hasNext()) events.push(decoder.next());
  return events;
}
