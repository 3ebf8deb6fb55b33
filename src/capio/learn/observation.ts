import type { EntryKind } from "../journal/mod.ts";

/**
 * How a step has used what an earlier step had made.
 *
 * - `opened`: it opened the file for reading, or got the whole of it;
 * - `read`: it read some of it;
 * - `end`: it read on until it met the end;
 * - `sought`: it left out a part, or went back;
 * - `size`: it was told the size and the times;
 * - `asked`: it was told that the entry is there;
 * - `changed`: it opened the file for writing, and kept what was there;
 * - `replaced`: it wrote the file from its beginning;
 * - `taken`: it removed the entry, or gave it another name.
 */
export type Use =
  | "opened"
  | "read"
  | "end"
  | "sought"
  | "size"
  | "asked"
  | "changed"
  | "replaced"
  | "taken";

/** A file, directory or symbolic link that the steps of a run have made. */
export interface ObservedEntry {
  /** Relative to `capioDir`, with `/` between components. */
  readonly path: string;
  readonly kind: EntryKind;
  /** The steps that wrote it, in their order; at least one. */
  readonly writers: readonly string[];
  /** How often it was closed after it was open for writing. */
  readonly closes: number;
  /** Whether what had been written was changed, cut off or replaced later. */
  readonly isRewritten: boolean;
  /** Whether it was removed, or got another name, until the end. */
  readonly isGone: boolean;
  /** What other steps than the one that had written it did, by step. */
  readonly uses: ReadonlyMap<string, ReadonlySet<Use>>;
}

/** A step has listed a directory in which an earlier step had been at work. */
export interface ObservedListing {
  /** Relative to `capioDir`; empty for `capioDir` itself. */
  readonly directory: string;
  readonly step: string;
  /** The other steps that had made, renamed or removed entries in it by then. */
  readonly fillers: readonly string[];
  /** Whether the step itself had done so. */
  readonly isOwn: boolean;
}

/** What was seen of a run of the steps one after the other. */
export interface RunObservation {
  /** The steps in their order. */
  readonly steps: readonly string[];
  /** The entries that were made, without those that nobody else has met. */
  readonly entries: readonly ObservedEntry[];
  readonly listings: readonly ObservedListing[];
  /** For each directory the steps that have made or removed entries in it. */
  readonly fillers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Other paths that steps have met: read, missed, or made for a while. */
  readonly others: ReadonlySet<string>;
}
