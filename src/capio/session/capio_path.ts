import { findActive } from "../interpose/mod.ts";
import { atLocation } from "../operations/mod.ts";
import { call, ifPresent, system } from "../platform/mod.ts";

/** What {@linkcode capioPath} answers. */
export interface CapioPath {
  /** Whether anything of that name is there. */
  exists(): boolean;
  /** Whether it is a file. */
  isFile(): boolean;
  /** Whether it is a directory. */
  isDirectory(): boolean;
  /**
   * Bytes that it has now.
   *
   * @throws {Deno.errors.NotFound} If it is not there.
   */
  size(): number;
}

/**
 * Questions about a path, answered as things are now: unlike `Deno.stat` in a
 * context they never wait. What `PyCapioPath` is to PyCAPIO; path arithmetic is
 * left to `@std/path`.
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
 * @param path A path in a context that is in force, or any other one.
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

/** What is there at this moment: a look waits for nobody. */
function infoOf(path: string | URL): Deno.FileInfo {
  const found = findActive(path, true);
  if (!found) return system.statSync(path);
  const { workspace, place } = found;
  workspace.workflow.refresh();
  return workspace.runSync(
    atLocation(workspace, place, (location) => call("stat", location)),
  );
}
