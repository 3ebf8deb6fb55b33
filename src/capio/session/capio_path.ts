import { checkSignal } from "../../internal/mod.ts";
import { Scratch, wholePath } from "../exec/mod.ts";
import { findActive } from "../interpose/mod.ts";
import { atLocation } from "../operations/mod.ts";
import { call, ifPresent, system } from "../platform/mod.ts";
import { callsOfOtherCopy } from "./copies.ts";

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
  /**
   * Waits until it is finished, a directory with all that is in it, and returns
   * the path under which any program finds it, for instance one that a step
   * starts itself.
   *
   * @param options.signal Ends the wait when it aborts.
   * @throws {CapioError} `WRITER_LOST` if its writer ended before.
   * @throws {Deno.errors.NotFound} If nobody makes it.
   */
  real(options?: { signal?: AbortSignal }): Promise<string>;
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
  type Calls = { capioPath(path: string | URL): CapioPath };
  const other = callsOfOtherCopy<Calls>();
  if (other) return other.capioPath(path);
  const look = () => infoOf(path);
  return {
    exists: () => ifPresent(look) !== undefined,
    isFile: () => ifPresent(look)?.isFile ?? false,
    isDirectory: () => ifPresent(look)?.isDirectory ?? false,
    size: () => look().size,
    real: (options) => realPathOf(path, options?.signal),
  };
}

function realPathOf(
  path: string | URL,
  signal: AbortSignal | undefined,
): Promise<string> {
  checkSignal("signal", signal);
  const found = findActive(path, true);
  if (!found) return system.realPath(path);
  const { workspace, place } = found;
  // Links that it makes stay until the workflow ends.
  const scratch = new Scratch(workspace);
  return workspace.run(wholePath(workspace, place, scratch, signal));
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
