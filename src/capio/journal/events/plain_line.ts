import type { JournalEvent } from "./event.ts";

/**
 * A line as members write it most often: texts that are always the same, and
 * between them fields of a simple form.
 */
export interface PlainLine {
  /** One more than there are fields. */
  readonly texts: readonly Uint8Array[];
  readonly fields: readonly PlainField[];
  readonly event: (values: readonly PlainValue[]) => JournalEvent;
}

/** A path without special characters, a whole number, or the id of a member. */
export type PlainField = "path" | "count" | "member";
/** What a field stands for. */
export type PlainValue = string | number;

/** The lines of a file that is made, written, read to its end and removed. */
export const PLAIN_LINES: readonly PlainLine[] = [
  plainLine`{"event":"open","path":"${"path"}","handle":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([path, handle, by, time]) => ({ event: "open", path, handle, by, time }),
  ),
  plainLine`{"event":"close","handle":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([handle, by, time]) => ({ event: "close", handle, by, time }),
  ),
  plainLine`{"event":"publish","file":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([file, by, time]) => ({ event: "publish", file, by, time }),
  ),
  plainLine`{"event":"read","path":"${"path"}","first":${"count"},"bytes":${"count"},"end":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([path, first, bytes, end, by, time]) => ({
      event: "read",
      path,
      first,
      bytes,
      end,
      by,
      time,
    }),
  ),
  plainLine`{"event":"remove","path":"${"path"}","by":"${"member"}","time":${"count"}}`(
    ([path, by, time]) => ({ event: "remove", path, by, time }),
  ),
];

/** Describes a line by a template, and the event that it stands for. */
function plainLine<const Fields extends readonly PlainField[]>(
  texts: TemplateStringsArray,
  ...fields: Fields
): (event: (values: Values<Fields>) => JournalEvent) => PlainLine {
  const encoder = new TextEncoder();
  const encoded = texts.map((text, n) =>
    encoder.encode(n < fields.length ? text : `${text}\n`)
  );
  return (event) => ({
    texts: encoded,
    fields,
    event: event as PlainLine["event"],
  });
}

type Values<Fields extends readonly PlainField[]> = {
  readonly [N in keyof Fields]: Fields[N] extends "count" ? number : string;
};
