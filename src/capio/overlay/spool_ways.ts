import {
  CapioError,
  lstatIfPresent,
  nameOfKind,
  parentOf,
} from "../platform/mod.ts";
import type { Spool, Workflow } from "../workflow/mod.ts";

/**
 * Refuses links in the spools that no member has reported: something has planted
 * them, and a call that follows one acts on what lies elsewhere.
 */
export class SpoolWays {
  readonly #workflow: Workflow;

  /** Knows the links that the members of this workflow have reported. */
  constructor(workflow: Workflow) {
    this.#workflow = workflow;
  }

  /**
   * Checks an entry of a spool and what leads to it, directly before its use.
   *
   * @throws {CapioError} If one of them is a link that no member has reported.
   */
  checkEntry(path: string, spool: Spool): void {
    const { folder } = this.#workflow;
    const location = folder.spool(path, spool);
    this.#check(() => {
      this.#checkDirectory(parentOf(path), spool);
      if (this.#isLink(path)) return;
      const info = lstatIfPresent(location);
      if (!info?.isSymlink) return;
      throw new CapioError(
        "UNTRUSTED",
        `"${location}" must be what a step has made, found ${
          nameOfKind(info)
        } that no step has made, which is not followed`,
      );
    });
  }

  /**
   * Checks a directory of a spool and what leads to it, directly before its use.
   *
   * @throws {CapioError} If one of them is a link that no member has reported.
   */
  checkDirectory(path: string, spool: Spool): void {
    this.#check(() => this.#checkDirectory(path, spool));
  }

  /**
   * The same for a location, if it lies in a spool.
   *
   * @throws {CapioError} If one of them is a link that no member has reported.
   */
  checkLocation(location: string): void {
    const found = this.#workflow.folder.spools.find(location);
    if (found) this.checkDirectory(found.path, found.spool);
  }

  #checkDirectory(path: string, spool: Spool): void {
    this.#workflow.folder.checkSpoolWay(
      path,
      spool,
      (path, { isSymlink }) => !isSymlink || this.#isLink(path),
    );
  }

  #isLink(path: string): boolean {
    return this.#workflow.state.paths.get(path)?.kind === "symlink";
  }

  #check(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof CapioError)) throw error;
      // A member may just have made a link that this one has not heard of.
      this.#workflow.moving(check);
    }
  }
}
