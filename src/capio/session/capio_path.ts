import { findActive } from "../interpose/mod.ts";
import { atLocation } from "../operations/mod.ts";
import { call, ifPresent, system } from "../platform/mod.ts";

/** Answers about one path, from {@linkcode capioPath}. */
export interface CapioPath {
  /** Returns whether the path exists. */
  exists(): boolean;
  /** Returns whether it is a file. */
  isFile(): boolean;
  /** Returns whether it is a directory. */
  isDirectory(): boolean;
  /**
   * Returns its present size in bytes.
   *
   * @throws {Deno.errors.NotFound} If the path does not exist.
   */
  size(): number;
}

/**
 * Answers questions about a path as it is now: unlike `Deno.stat` in a context
 * this never waits. It is the `PyCapioPath` of PyCAPIO without its path
 * arithmetic, for which `@std/path` is there.
 *
 * @example Usage
 * ```ts no-eval
 * import { capioPath, withCapio } from "@sluice/sluice/capio";
 *
 * await withCapio({ capioDir: "data" }, () => {
 *   const output = capioPath("data/out.csv");
 *   if (output.exists()) console.log(output.size());
 * });
 * ```
 *
 * @param path A path in an active context, or any other one.
 */
export function capioPath(path: string | URL): CapioPath {
  const look = () => infoOf(path);
  return {
    exists: () => ifPresent(look) !== undefined,
    isFile: () => ifPresent(look)?.isFile ?? false,
    isDirectory: () => ifPresent(look)?.isDirectory ?? false,
    size: () => look().size,
  };
}

/** Looks at a path without waiting. */
function infoOf(path: string | URL): Deno.FileInfo {
  const found = findActive(path, true);
  if (!found) return system.statSync(path);
  const { workspace, place } = found;
  workspace.workflow.refresh();
  return workspace.runSync(
    atLocation(workspace, place, (location) => call("stat", location)),
  );
}
