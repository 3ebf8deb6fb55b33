import { type Originals, replacements } from "../interpose/deno_calls.ts";
import { findIn } from "../interpose/active_contexts.ts";
import { type CapioOptions, resolveOptions } from "./options.ts";
import { describe, type WorkflowStatus } from "../observe/status.ts";
import { system } from "../platform/system.ts";
import type { Follows } from "../overlay/place.ts";
import { Workspace } from "../overlay/workspace.ts";

/** The calls of `Deno` that a context replaces. */
export type FileSystemCalls = Pick<
  typeof Deno,
  | "chmod"
  | "chmodSync"
  | "chown"
  | "chownSync"
  | "copyFile"
  | "copyFileSync"
  | "create"
  | "createSync"
  | "link"
  | "linkSync"
  | "lstat"
  | "lstatSync"
  | "makeTempDir"
  | "makeTempDirSync"
  | "makeTempFile"
  | "makeTempFileSync"
  | "mkdir"
  | "mkdirSync"
  | "open"
  | "openSync"
  | "readDir"
  | "readDirSync"
  | "readFile"
  | "readFileSync"
  | "readLink"
  | "readLinkSync"
  | "readTextFile"
  | "readTextFileSync"
  | "realPath"
  | "realPathSync"
  | "remove"
  | "removeSync"
  | "rename"
  | "renameSync"
  | "stat"
  | "statSync"
  | "symlink"
  | "symlinkSync"
  | "truncate"
  | "truncateSync"
  | "utime"
  | "utimeSync"
  | "watchFs"
  | "writeFile"
  | "writeFileSync"
  | "writeTextFile"
  | "writeTextFileSync"
>;

/**
 * A workflow's directory by method call: nothing is interposed, the program
 * chooses call by call. What `pycapio.internals` is to PyCAPIO.
 *
 * @example Usage
 * ```ts no-eval
 * import { CapioWorkspace } from "@sluice/sluice/capio";
 *
 * using workspace = new CapioWorkspace({ capioDir: "data", appName: "reader" });
 * const text = await workspace.fs.readTextFile("data/out.csv");
 * ```
 */
export class CapioWorkspace implements Disposable {
  readonly #workspace: Workspace;
  /**
   * `Deno.open` and its siblings as they are inside a context. Paths outside
   * of the directory are what they are everywhere.
   */
  readonly fs: FileSystemCalls;

  /**
   * Takes part in the workflow until it is disposed of.
   *
   * @throws {Deno.errors.NotCapable} If `capioDir` may not be read and written.
   * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
   * @throws {CapioError} If the CAPIO-CL configuration cannot be used.
   */
  constructor(options: Omit<CapioOptions, "scope"> = {}) {
    const workspace = new Workspace(resolveOptions(options));
    this.#workspace = workspace;
    const calls: Record<string, unknown> = { ...system };
    const find = (path: unknown, follows: Follows) =>
      findIn(workspace, path, follows);
    const originals = system as unknown as Originals;
    for (const { name, call } of replacements(find, originals)) {
      calls[name] = call;
    }
    this.fs = calls as unknown as FileSystemCalls;
  }

  /** What goes on in the workflow at this moment. */
  status(): WorkflowStatus {
    this.#workspace.workflow.lookAround();
    return describe(this.#workspace.state, this.#workspace.folder);
  }

  /**
   * Leaves the workflow.
   *
   * @param failed Whether the work was not finished: then the files that it
   * wrote and that are not committed yet are lost to their readers.
   */
  leave(failed = false): void {
    this.#workspace.leave(failed);
  }

  /** Leaves the workflow, the work finished. */
  [Symbol.dispose](): void {
    this.leave();
  }
}
