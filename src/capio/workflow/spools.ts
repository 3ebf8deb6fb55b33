import { locationIn, lstatIfPresent } from "../platform/mod.ts";

/** The two spools in which files lie until they are committed. */
export type Spool = "disk" | "memory";

/** Returns the spool that a file lies in, whatever its name is by now. */
export function spoolOf(
  { isInMemory }: { readonly isInMemory?: true },
): Spool {
  return isInMemory ? "memory" : "disk";
}

/** The fields of an event that say in which spool its author made an entry. */
export type SpoolField = { readonly memory?: true };

/**
 * The spools of a workflow: the one below `capioDir`, and with a `memoryDir` one
 * for what `storage.memory` names. Both are trees with the same paths.
 */
export class Spools {
  /** The spools that there are, the one that is looked at first in front. */
  readonly all: readonly Spool[];
  readonly #roots: Readonly<Record<Spool, string>>;

  constructor(disk: string, memory: string | undefined) {
    this.all = memory === undefined ? ["disk"] : ["memory", "disk"];
    // A journal may name a spool that this process has not been given.
    this.#roots = { disk, memory: memory ?? disk };
  }

  /** The location of `path` in a spool. */
  location(path: string, spool: Spool): string {
    return locationIn(this.#roots[spool], path);
  }

  /** The locations of `path` in all spools. */
  locations(path: string): string[] {
    return this.all.map((spool) => this.location(path, spool));
  }

  /** The location of `path` in the spool that has something there. */
  present(path: string): string | undefined {
    return this.locations(path).find((it) => lstatIfPresent(it) !== undefined);
  }

  /** Returns the spool that a location lies in, and the path that it has there. */
  find(location: string): { spool: Spool; path: string } | undefined {
    for (const spool of this.all) {
      const root = this.#roots[spool];
      if (location === root) return { spool, path: "" };
      if (!location.startsWith(root)) continue;
      const rest = location.slice(root.length);
      if (/^[/\\]/.test(rest)) return { spool, path: rest.slice(1) };
    }
    return undefined;
  }
}
