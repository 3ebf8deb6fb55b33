import { CapioError } from "../errors/mod.ts";
import { nameOfKind } from "./entry_trust.ts";
import { parentOf } from "../paths/mod.ts";
import { lstatIfPresent } from "../runtime/mod.ts";

/** Tells whether something else than a directory may stand on a way. */
type Passes = (path: string, info: Deno.FileInfo) => boolean;

/** Most directories that are remembered: a workflow may have any number. */
const MOST_DIRECTORIES = 10_000;

/**
 * Checks that what leads to entries are directories and no links: a path of a
 * workflow has all links resolved, so a link has come afterwards.
 *
 * One look is enough at a directory that is still the one of the last check,
 * for its path then leads to the same place as it did.
 */
export class Ways {
  readonly #known = new Map<string, Pick<Deno.FileInfo, "dev" | "ino">>();

  /**
   * Checks a way, directly before its use, as far as it is there.
   *
   * @param tree Maps a path to its location.
   * @param directory The last directory on the way, relative to the tree.
   * @param checkRoot Checks what leads to the tree itself.
   * @param passes Tells what else may be there: then the system refuses it.
   * @throws {CapioError} If there is anything but directories.
   */
  check(
    tree: (path: string) => string,
    directory: string,
    checkRoot: () => void,
    passes: Passes = () => false,
  ): void {
    const location = tree(directory);
    const present = this.#lookUnlessKnown(location);
    if (present === "known") return;
    checkRoot();
    checkWay(tree, directory, passes);
    if (!present?.isDirectory || present.ino === null) return;
    if (this.#known.size >= MOST_DIRECTORIES) this.#known.clear();
    this.#known.set(location, { dev: present.dev, ino: present.ino });
  }

  /** Tells whether a location is the same directory as at the last check. */
  isKnown(location: string): boolean {
    return this.#lookUnlessKnown(location) === "known";
  }

  #lookUnlessKnown(location: string): Deno.FileInfo | "known" | undefined {
    const present = lstatIfPresent(location);
    if (!present?.isDirectory) return present;
    const known = this.#known.get(location);
    const isSame = known?.ino === present.ino && known?.dev === present.dev;
    return isSame ? "known" : present;
  }
}

function checkWay(
  tree: (path: string) => string,
  directory: string,
  passes: Passes,
): void {
  if (directory === "") return;
  checkWay(tree, parentOf(directory), passes);
  const location = tree(directory);
  const info = lstatIfPresent(location);
  if (!info || info.isDirectory || passes(directory, info)) return;
  throw new CapioError(
    "UNTRUSTED",
    `"${location}" must be a directory, found ${
      nameOfKind(info)
    }, which is not followed. Put a directory in its place`,
  );
}
