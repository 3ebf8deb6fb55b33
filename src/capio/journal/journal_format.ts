import type { EntryCheck } from "../platform/mod.ts";
import {
  type FieldChecks,
  type Guard,
  hasFields,
  isCount,
  isName,
} from "./events/mod.ts";

/** What tells entries of sluice from planted ones, in a run. */
export type CheckedBy = EntryCheck["by"];

/** What the first line of a journal says. */
export type JournalFormat =
  /** A run of this machine, in the format of this version. */
  | {
    readonly type: "own";
    readonly checkedBy: CheckedBy;
    readonly head: JournalHead;
  }
  /** No run of this machine: copied, unpacked, planted, or of version 0.2. */
  | {
    readonly type: "foreign";
    /** Set when it has the form of this version all the same, as a copy. */
    readonly head?: JournalHead;
  }
  /** A format of another version. */
  | { readonly type: "unknown"; readonly format: number };

/** What a journal says of itself and of the checkpoint that it begins with. */
export interface JournalHead {
  /** The run, the same in all its journals. */
  readonly run: string;
  /** How many journals the run has had before this one. */
  readonly generation: number;
  /**
   * Where the events of this journal begin among the bytes of all events of the
   * run, so that a position among these survives a checkpoint.
   */
  readonly position: number;
  /** The size of the checkpoint that follows the first line, in bytes. */
  readonly checkpoint: number;
  /**
   * The size of the file below which no checkpoint ends it, in bytes: what a
   * member appends below it always counts.
   */
  readonly room: number;
}

/** Where a file lies, and how many names it has. */
export type FileNumbers = Pick<Deno.FileInfo, "dev" | "ino" | "nlink">;

const FORMAT = 1;

/** The numbers of files mean something everywhere else. */
const HAS_NUMBERS = Deno.build.os !== "windows";

/** Returns the first line of the journal with these numbers. */
export function formatLine(
  numbers: FileNumbers,
  checkedBy: CheckedBy,
  head: JournalHead,
): string {
  const { dev, ino } = numbersOf(numbers);
  return JSON.stringify({
    sluice: "journal",
    format: FORMAT,
    dev,
    ino,
    checkedBy,
    ...head,
  });
}

/** Reads the first line of a journal that has these numbers. */
export function readFormat(line: string, numbers: FileNumbers): JournalFormat {
  const { sluice, format, dev, ino, checkedBy, ...head } = fieldsOf(line);
  if (sluice !== "journal" || !isFormat(format)) return { type: "foreign" };
  if (format !== FORMAT) return { type: "unknown", format };
  if (!isHead(head) || !isCheckedBy(checkedBy)) return { type: "foreign" };
  const present = numbersOf(numbers);
  const isHere = dev === present.dev && ino === present.ino;
  // A copy made of hard links has the numbers of its original.
  const isShared = HAS_NUMBERS && (numbers.nlink ?? 1) > 1;
  if (!isHere || isShared) return { type: "foreign", head };
  return { type: "own", checkedBy, head };
}

const HEAD: readonly [string, Guard<unknown>][] = Object.entries(
  {
    run: isName,
    generation: isCount,
    position: isCount,
    checkpoint: isCount,
    room: isCount,
  } satisfies FieldChecks<JournalHead>,
);

function isHead(value: object): value is JournalHead {
  return hasFields({ ...value, event: "head" }, HEAD);
}

function numbersOf(
  { dev, ino }: FileNumbers,
): { dev: number | null; ino: number | null } {
  if (!HAS_NUMBERS || ino === null) return { dev: null, ino: null };
  return { dev, ino };
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isFormat(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isCheckedBy(value: unknown): value is CheckedBy {
  return value === "owner" || value === "group" || value === "kind";
}
