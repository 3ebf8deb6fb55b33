import { CapioError } from "./capio_error.ts";
import { nameOfKind } from "./entry_trust.ts";
import { parentOf } from "./relative_path.ts";
import { lstatIfPresent } from "./system.ts";

/**
 * Checks, directly before the use of a path, that the directories between
 * `root` and it are directories and no links, as far as they are there. A path
 * of a workflow is one with all links resolved, so a link has come afterwards.
 *
 * @param location Maps a path to its location under the root.
 * @param directory The last directory on the way, relative to the root.
 * @throws {CapioError} If there is anything else on the way.
 */
export function checkWay(
  location: (path: string) => string,
  directory: string,
): void {
  if (directory === "") return;
  checkWay(location, parentOf(directory));
  const place = location(directory);
  const info = lstatIfPresent(place);
  if (!info || info.isDirectory) return;
  throw new CapioError(
    "UNTRUSTED",
    `"${place}" must be a directory, found ${
      nameOfKind(info)
    }, which is not followed. Put a directory in its place`,
  );
}
