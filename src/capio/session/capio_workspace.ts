import { denoReplacements, findIn, type Originals } from "../interpose/mod.ts";
import { describe, type WorkflowStatus } from "../observe/mod.ts";
import { type Follows, Workspace } from "../overlay/mod.ts";
import { type FileSystemCalls, system } from "../platform/mod.ts";
import { type CapioOptions, resolveOptions } from "./options.ts";

/**
 * A workflow's directory by method call: nothing is interposed, the program
 * chooses call by call. It is the `pycapio.internals` of PyCAPIO.
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
   * `Deno.open` and its siblings as they are inside a context. For paths outside
   * of the directory they are the originals.
   */
  readonly fs: FileSystemCalls;

  /**
   * Joins the workflow; disposing leaves it.
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
    for (const { name, call } of denoReplacements(find, originals)) {
      calls[name] = call;
    }
    this.fs = calls as unknown as FileSystemCalls;
  }

  /** Returns the present status of the workflow. */
  status(): WorkflowStatus {
    this.#workspace.workflow.lookAround();
    const { state, folder } = this.#workspace;
    return describe(state, folder, folder.check.by);
  }

  /**
   * Leaves the workflow.
   *
   * @param failed Whether the work is unfinished: then the files that it wrote
   * and that are not committed yet are lost to their readers.
   */
  leave(failed = false): void {
    this.#workspace.leave(failed);
  }

  /** Leaves the workflow, the work finished. */
  [Symbol.dispose](): void {
    this.leave();
  }
}
