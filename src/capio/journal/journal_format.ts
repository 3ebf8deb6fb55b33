import type { EntryCheck } from "../platform/mod.ts";

/** What tells entries of sluice from planted ones, in a run. */
export type CheckedBy = EntryCheck["by"];

/** What the first line of a journal says. */
export type JournalFormat =
  /** A run of this machine, in the format of this version. */
  | { readonly type: "own"; readonly checkedBy: CheckedBy }
  /** No run of this machine: copied, unpacked, planted, or of version 0.2. */
  | { readonly type: "foreign" }
  /** A format of another version. */
  | { readonly type: "unknown"; readonly format: number };

/** Where a file lies, and how many names it has. */
type FileNumbers = Pick<Deno.FileInfo, "dev" | "ino" | "nlink">;

const FORMAT = 1;

/** The numbers of files mean something everywhere else. */
const HAS_NUMBERS = Deno.build.os !== "windows";

/** Returns the first line of the journal with these numbers. */
export function formatLine(numbers: FileNumbers, checkedBy: CheckedBy): string {
  const { dev, ino } = numbersOf(numbers);
  return JSON.stringify({
    sluice: "journal",
    format: FORMAT,
    dev,
    ino,
    checkedBy,
  });
}

/** Reads the first line of a journal that has these numbers. */
export function readFormat(line: string, numbers: FileNumbers): JournalFormat {
  const { sluice, format, dev, ino, checkedBy, ...others } = fieldsOf(line);
  if (sluice !== "journal" || !isFormat(format)) return { type: "foreign" };
  if (format !== FORMAT) return { type: "unknown", format };
  const present = numbersOf(numbers);
  const isHere = dev === present.dev && ino === present.ino;
  // A copy made of hard links has the numbers of its original.
  const isShared = HAS_NUMBERS && (numbers.nlink ?? 1) > 1;
  if (!isHere || isShared || !isCheckedBy(checkedBy)) {
    return { type: "foreign" };
  }
  if (Object.keys(others).length > 0) return { type: "foreign" };
  return { type: "own", checkedBy };
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
