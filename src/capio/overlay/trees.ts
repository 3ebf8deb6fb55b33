import { dirname } from "@std/path";
import type { WorkflowFile } from "../journal/mod.ts";
import {
  ifPresent,
  lookIfPermitted,
  lstatIfPresent,
  parentOf,
  system,
} from "../platform/mod.ts";
import {
  type Spool,
  spoolOf,
  type Workflow,
  type WorkflowFolder,
} from "../workflow/mod.ts";
import { Absences } from "./absences.ts";
import type { SpoolWays } from "./spool_ways.ts";

/**
 * The spool trees laid over the real one: where the entry of a name lies, whether
 * there is one, and where a new one goes.
 */
export class Trees {
  readonly #workflow: Workflow;
  readonly #spoolWays: SpoolWays;
  /** The latest look of the search for links in the real tree, used once. */
  #look: { path: string; info: Deno.FileInfo | undefined } | undefined;
  readonly #absences = new Absences();
  /** Directories known to exist in each spool. */
  readonly #spoolDirectories: Readonly<Record<Spool, Set<string>>> = {
    disk: new Set(),
    memory: new Set(),
  };
  /** The number of renamings up to which these are known. */
  #renamings = 0;

  /** Looks as a member of a workflow. */
  constructor(workflow: Workflow, spoolWays: SpoolWays) {
    this.#workflow = workflow;
    this.#spoolWays = spoolWays;
  }

  get #folder(): WorkflowFolder {
    return this.#workflow.folder;
  }

  /**
   * Returns the present location of the file under a name, for use directly
   * afterwards.
   *
   * @throws {CapioError} If a planted link leads elsewhere.
   */
  locate(path: string): string {
    const file = this.#fileInSpool(path);
    if (!file) return this.#folder.real(path);
    const spool = spoolOf(file);
    this.#spoolWays.checkEntry(path, spool);
    return this.#folder.spool(path, spool);
  }

  /** The same without a check, for comparisons and for looks alone. */
  whereIs(path: string): string {
    const folder = this.#folder;
    const file = this.#fileInSpool(path);
    return file ? folder.spool(path, spoolOf(file)) : folder.real(path);
  }

  /**
   * Returns whether a name is taken, after all members have finished moving
   * files: during a move a file may not be where the journal says.
   */
  isThere(path: string): boolean {
    const workflow = this.#workflow;
    return workflow.moving(() => {
      const file = workflow.state.paths.get(path);
      if (file?.phase === "committed") workflow.publish(file);
      return lstatIfPresent(this.whereIs(path)) !== undefined;
    });
  }

  /** Returns whether a name is taken, in the spool or in the real tree. */
  exists(path: string): boolean {
    return this.#workflow.isInSpool(path) || this.real(path) !== undefined;
  }

  /** Returns information on the entry of the real tree under a name. */
  real(path: string): Deno.FileInfo | undefined {
    const look = this.#look;
    this.#look = undefined;
    if (look?.path === path) return look.info;
    return lstatIfPresent(this.#folder.real(path));
  }

  /** Returns whether a name is that of a directory, in either tree. */
  isDirectory(path: string): boolean {
    if (path === "") return true;
    const file = this.#workflow.state.paths.get(path);
    if (file && this.#workflow.isInSpool(path)) {
      return file.kind === "directory";
    }
    return lstatIfPresent(this.#folder.real(path))?.isDirectory ?? false;
  }

  /** Returns the spool for a new entry. */
  spoolFor(path: string): Spool {
    if (!this.#folder.memory) return "disk";
    return this.#workflow.state.engine.isInMemory(path) ? "memory" : "disk";
  }

  /** Returns whether a path leads through a file, so that nothing can be there. */
  isBelowFile(path: string): boolean {
    for (let at = parentOf(path); at !== ""; at = parentOf(at)) {
      if (this.exists(at)) return !this.isDirectory(at);
    }
    return false;
  }

  /**
   * Returns the location for a new entry: in a spool, where its directory is
   * created if needed. When the directory is missing in all trees, it is a
   * location in the real tree, so that the system reports the error.
   */
  placeNew(path: string, spool: Spool = this.spoolFor(path)): string {
    this.#forgetRenamed();
    const parent = parentOf(path);
    const directories = this.#spoolDirectories[spool];
    const isThere = directories.has(parent);
    if (!isThere && !this.isDirectory(parent)) return this.locate(path);
    this.#spoolWays.checkDirectory(parent, spool);
    if (isThere) return this.#folder.spool(path, spool);
    this.#folder.makeSpoolDirectory(parent, spool);
    directories.add(parent);
    return this.#folder.spool(path, spool);
  }

  /**
   * Removes what the other spool has under a name that an entry at `location`
   * has got: a file that it replaces, or an empty directory.
   */
  removeReplaced(path: string, location: string): void {
    for (const other of this.#folder.spools.locations(path)) {
      if (other === location) continue;
      this.#spoolWays.checkLocation(dirname(other));
      ifPresent(() => system.removeSync(other));
    }
  }

  /** Returns the file of a spool that a path names or leads through. */
  #fileInSpool(path: string): WorkflowFile | undefined {
    const workflow = this.#workflow;
    return workflow.isInSpool(path)
      ? workflow.state.paths.get(path)
      : this.#fileAbove(path);
  }

  /** Returns the file of a spool that a path leads through. */
  #fileAbove(path: string): WorkflowFile | undefined {
    const { state } = this.#workflow;
    for (let end; (end = path.lastIndexOf("/")) >= 0;) {
      path = path.slice(0, end);
      const file = state.paths.get(path);
      if (!file) continue;
      const isFile = file.kind !== "directory" &&
        this.#workflow.isInSpool(path);
      return isFile ? file : undefined;
    }
    return undefined;
  }

  /** Returns the present size of a file, `undefined` when it lost its name. */
  sizeOf(file: WorkflowFile): number | undefined {
    const { path } = file;
    if (this.#workflow.state.paths.get(path) !== file) return undefined;
    const look = () => lstatIfPresent(this.whereIs(path))?.size;
    const size = look();
    if (size !== undefined || this.#workflow.ended) return size;
    // While it is published it may be in neither tree.
    return this.#workflow.moving(look);
  }

  /** Returns the target of the symbolic link under a name, if it is one. */
  readLink(path: string): string | undefined {
    const file = this.#workflow.state.paths.get(path);
    if (file && file.kind !== "symlink") return undefined;
    const where = this.whereIs(path);
    const info = file ? lookIfPermitted(where) : this.#absences.look(where);
    if (!file) this.#look = { path, info };
    if (info?.isSymlink) return ifPresent(() => system.readLinkSync(where));
    if (!file || info) return undefined;
    // It has just been published.
    const real = this.#folder.real(path);
    if (!lookIfPermitted(real)?.isSymlink) return undefined;
    return ifPresent(() => system.readLinkSync(real));
  }

  /** Forgets the latest look: another path is searched. */
  forgetLook(): void {
    this.#look = undefined;
  }

  #forgetRenamed(): void {
    const { renamings } = this.#workflow.state;
    if (this.#renamings === renamings) return;
    this.#renamings = renamings;
    this.#spoolDirectories.disk.clear();
    this.#spoolDirectories.memory.clear();
  }
}
