import { basename, dirname, join } from "@std/path";
import {
  BY_KIND,
  CapioError,
  createTrusted,
  type EntryCheck,
  ifPresent,
  lstatIfPresent,
  openTrusted,
  system,
} from "../platform/mod.ts";
import { encodeEvent, type JournalEvent } from "./events/mod.ts";
import { formatLine, type JournalHead } from "./journal_format.ts";

/**
 * A longer line is no event: it is passed over, and never held in memory whole.
 * No member writes one. Only a CAPIO-CL configuration can come near it.
 */
export const MOST_LINE_BYTES = 16 * 1024 * 1024;

/** The size that the events of a journal reach before a checkpoint, in bytes. */
const CHECKPOINT_BYTES = 1024 * 1024;

/** How much of a checkpoint is written at a time. */
const WRITTEN_BYTES = 1024 * 1024;

/** The size of the first line, which ends with spaces. */
const FIRST_LINE_BYTES = 512;

/** What comes between the name of a journal and that under which it is made. */
const FRESH = "-new-";

/** Options of {@linkcode createJournal}. */
export interface NewJournal {
  /** The run; by default a new one begins. */
  readonly run?: string;
  /** As in {@linkcode JournalHead}; 0 by default. */
  readonly generation?: number;
  /** As in {@linkcode JournalHead}; 0 by default. */
  readonly position?: number;
  /** The lines of a checkpoint; none at the beginning of a run. */
  readonly checkpoint?: Iterable<string>;
  /**
   * The size of the events from which on a checkpoint ends the journal. One with
   * a large checkpoint ends later, so that making them stays a small part.
   *
   * @default {1024 * 1024}
   */
  readonly checkpointBytes?: number;
}

/**
 * Creates a journal that has its first line and a checkpoint alone, in the place
 * of an earlier one. No process sees it without: it is written under a name of
 * its own, and then renamed.
 */
export function createJournal(
  path: string,
  check: EntryCheck,
  {
    run = crypto.randomUUID(),
    generation = 0,
    position = 0,
    checkpoint = [],
    checkpointBytes = CHECKPOINT_BYTES,
  }: NewJournal = {},
): void {
  const fresh = `${path}${FRESH}${crypto.randomUUID()}`;
  try {
    using file = createTrusted(fresh, check);
    // The first line is written last: it has the size of what follows.
    file.seekSync(FIRST_LINE_BYTES, Deno.SeekMode.Start);
    let size = 0;
    for (const bytes of encodedLines(checkpoint)) {
      append(file, bytes);
      size += bytes.length;
    }
    const head = { run, generation, position, checkpoint: size };
    const room = 2 * size + checkpointBytes;
    file.seekSync(0, Deno.SeekMode.Start);
    append(file, firstLine(file, check, { ...head, room }));
    system.renameSync(fresh, path);
  } catch (error) {
    if (lstatIfPresent(fresh)) system.removeSync(fresh);
    throw error;
  }
}

/**
 * Removes what processes have left that were killed while they made a journal.
 * None is being made meanwhile.
 */
export function removeUnfinishedJournals(path: string): void {
  const begin = `${basename(path)}${FRESH}`;
  for (const { name } of system.readDirSync(dirname(path))) {
    if (!name.startsWith(begin)) continue;
    ifPresent(() => system.removeSync(join(dirname(path), name)));
  }
}

/**
 * The end of a workflow's journal at which events are added: one JSON event a
 * line, in one write each, so that the lines of many processes never mix.
 *
 * Appending and reading are synchronous on purpose. Both go to the page cache
 * and take one to two microseconds, a twentieth of a hop to another thread.
 */
export class JournalWriter implements Disposable {
  readonly #file: Deno.FsFile;

  /** Opens the journal at `path`, which must exist. */
  constructor(path: string, check: EntryCheck = BY_KIND) {
    this.#file = openJournal(path, { append: true }, check);
  }

  /** Where the journal lies. */
  get numbers(): Pick<Deno.FileInfo, "dev" | "ino"> {
    return this.#file.statSync();
  }

  /** Appends an event, whole. */
  append(event: JournalEvent): void {
    const bytes = encodeEvent(event);
    if (bytes.length > MOST_LINE_BYTES) throw tooLong(event.event);
    append(this.#file, bytes);
  }

  /** Where the line of the last event ends in the file. */
  get end(): number {
    return this.#file.seekSync(0, Deno.SeekMode.Current);
  }

  /** Releases the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Opens a journal that is there.
 *
 * @throws {Deno.errors.NotFound} If there is none.
 */
export function openJournal(
  path: string,
  options: { read?: true; append?: true },
  check: EntryCheck,
): Deno.FsFile {
  const file = openTrusted(path, options, check);
  if (file) return file;
  throw new Deno.errors.NotFound(`Cannot find the journal "${path}"`);
}

/** Encodes lines in pieces. */
function* encodedLines(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < WRITTEN_BYTES) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

function firstLine(
  file: Deno.FsFile,
  check: EntryCheck,
  head: JournalHead,
): Uint8Array {
  const line = formatLine(file.statSync(), check.by, head);
  return new TextEncoder().encode(`${line.padEnd(FIRST_LINE_BYTES - 1)}\n`);
}

function append(file: Deno.FsFile, bytes: Uint8Array): void {
  if (file.writeSync(bytes) === bytes.length) return;
  // The next event begins a line of its own, so the cut one does no harm.
  throw new Deno.errors.WriteZero(
    "No space left on device: cannot append to the workflow's journal",
  );
}

function tooLong(what: JournalEvent["event"]): Error {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `Cannot tell the other members of "${what}": an event must have at most ${MOST_LINE_BYTES} bytes. Use a smaller CAPIO-CL configuration, for instance with globs`,
  );
}
