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

/** What a field stands for: for each kind of field. */
interface PlainValues {
  /** Without special characters. */
  readonly path: string;
  /** The id of a member. */
  readonly member: string;
  /** A whole number that is not negative. */
  readonly count: number;
  /** One or more of them, with commas. */
  readonly counts: readonly number[];
}

/** The kind of a field. */
export type PlainField = keyof PlainValues;
/** What any field stands for. */
export type PlainValue = PlainValues[PlainField];

/** The lines of a file that is made, written, read to its end and removed. */
export const PLAIN_LINES: readonly PlainLine[] = [
  plainLine`{"event":"open","path":"${"path"}","handle":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([path, handle, by, time]) => ({ event: "open", path, handle, by, time }),
  ),
  plainLine`{"event":"open","path":"${"path"}","handle":${"count"},"whole":true,"publishes":true,"by":"${"member"}","time":${"count"}}`(
    ([path, handle, by, time]) => ({
      event: "open",
      path,
      handle,
      whole: true,
      publishes: true,
      by,
      time,
    }),
  ),
  plainLine`{"event":"close","handle":${"count"},"publishes":true,"by":"${"member"}","time":${"count"}}`(
    ([handle, by, time]) => ({
      event: "close",
      handle,
      publishes: true,
      by,
      time,
    }),
  ),
  plainLine`{"event":"close","handle":${"count"},"by":"${"member"}","time":${"count"}}`(
    ([handle, by, time]) => ({ event: "close", handle, by, time }),
  ),
  plainLine`{"event":"publish","files":[${"counts"}],"by":"${"member"}","time":${"count"}}`(
    ([files, by, time]) => ({ event: "publish", files, by, time }),
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
  readonly [N in keyof Fields]: Fields[N] extends PlainField
    ? PlainValues[Fields[N]]
    : never;
};
