import { basename, dirname } from "@std/path";
import {
  existsUnlessUnknown,
  lookIfPermitted,
  steadyClock,
  system,
} from "../platform/mod.ts";

/** So many looks in a row find nothing before the next ones are made cheaper. */
const LOOKS = 16;
/** Least time for which the links of a directory are known, in ms. */
const LINKS_MILLISECONDS = 10;
/** Most time, in ms. */
const MOST_LINKS_MILLISECONDS = 100;
/** How much longer they are known than it took to list them. */
const LISTING_PART = 30;
/** Larger directories are not listed. */
const MOST_DIRECTORY_BYTES = 256 * 1024;

/**
 * Looks at entries of the real tree. A program that makes many new files looks
 * many times at what is not there, and the error that says so takes longer than
 * all that the system does for the look.
 */
export class Absences {
  /** How many looks in a row have found nothing. */
  #inRow = 0;
  /** The directory whose links are known, with their names. */
  #known: { directory: string; links: ReadonlySet<string> } | undefined;
  /** When these are to be looked for again. */
  #knownUntil = 0;

  /** The same as {@linkcode lookIfPermitted}. */
  look(location: string): Deno.FileInfo | undefined {
    if (this.#inRow >= LOOKS && this.#isAbsent(location)) return undefined;
    const info = lookIfPermitted(location);
    this.#inRow = info ? 0 : this.#inRow + 1;
    return info;
  }

  /**
   * Returns whether there is certainly nothing. A link that leads nowhere is
   * something, but nothing to who follows it: these are known from a listing.
   */
  #isAbsent(location: string): boolean {
    if (existsUnlessUnknown(location) !== false) return false;
    const links = this.#linksIn(dirname(location));
    return links !== undefined && !links.has(basename(location));
  }

  #linksIn(directory: string): ReadonlySet<string> | undefined {
    const isKnown = this.#known?.directory === directory;
    if (!isKnown || steadyClock() > this.#knownUntil) {
      const begun = steadyClock();
      const links = linksIn(directory);
      const now = steadyClock();
      this.#known = links && { directory, links };
      this.#knownUntil = now + knownFor(now - begun);
      // The next looks are made in the usual way.
      if (!links) this.#inRow = 0;
    }
    return this.#known?.links;
  }
}

/** Returns for how long a listing is used that took so long, in ms. */
function knownFor(listing: number): number {
  const time = Math.max(LINKS_MILLISECONDS, LISTING_PART * listing);
  return Math.min(time, MOST_LINKS_MILLISECONDS);
}

/** Lists the links of a directory; nothing if that cannot be done at once. */
function linksIn(directory: string): ReadonlySet<string> | undefined {
  const info = lookIfPermitted(directory);
  if (!info?.isDirectory || info.size > MOST_DIRECTORY_BYTES) return undefined;
  const links = new Set<string>();
  try {
    for (const entry of system.readDirSync(directory)) {
      if (entry.isSymlink) links.add(entry.name);
    }
  } catch {
    // The look itself reports it.
    return undefined;
  }
  return links;
}
