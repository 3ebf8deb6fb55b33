import { dirname } from "@std/path";
import {
  onlyTheyEndIt,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  asPassedOn,
  CapioError,
  type FollowedLink,
  ifPresent,
  lookIfPermitted,
  lstatIfPresent,
  type Operation,
  parentOf,
  PathResolver,
  runAsync,
  runSync,
  system,
  SYSTEM_DIRECTORY,
  textOf,
  untilChange,
  Wakeups,
} from "../platform/mod.ts";
import {
  folderOf,
  SizeWarnings,
  type Spool,
  spoolOf,
  type Verdict,
  Workflow,
  type WorkflowFolder,
  type WorkflowOptions,
} from "../workflow/mod.ts";
import { DeferredCloses } from "./deferred_closes.ts";
import type { Follows, Place } from "./place.ts";
import { ReadHandles } from "./read_handles.ts";
import { Rights } from "./rights.ts";
import { SpoolWays } from "./spool_ways.ts";
import { ToldSizes } from "./told_sizes.ts";
import { Wait, type WaitOptions } from "./wait.ts";

/** Options of a {@linkcode Workspace}. */
export interface WorkspaceOptions extends WorkflowOptions, WaitOptions {
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforceGraph: boolean;
  /** Whether a read into a buffer waits for one byte only. */
  readonly partialReads: boolean;
  /** Ends all waits when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * One member's view of the workflow's directory: the spool tree laid over the
 * real one, and the waiting for files that others are still writing.
 */
export class Workspace implements Disposable {
  /** The workspaces of this thread, which block together. */
  static readonly #here = new Set<Workspace>();

  readonly workflow: Workflow;
  readonly rights: Rights;
  readonly spoolWays: SpoolWays;
  readonly deferredCloses: DeferredCloses = new DeferredCloses();
  /** The sizes of growing files that the program was told. */
  readonly toldSizes: ToldSizes;
  /** Tells of members that went by sizes and have ended. */
  readonly #sizeWarnings: SizeWarnings;
  /** The files that this member has open for reading alone. */
  readonly readHandles: ReadHandles = new ReadHandles();
  readonly #options: WorkspaceOptions;
  readonly #wakeups: Wakeups;
  readonly #resolver: PathResolver;
  /** The latest look of the search for links in the real tree, used once. */
  #look: { path: string; info: Deno.FileInfo | undefined } | undefined;
  /** What this member has told of its waits. */
  readonly #told = new Set<string>();
  /** Directories known to exist in each spool. */
  readonly #spoolDirectories: Readonly<Record<Spool, Set<string>>> = {
    disk: new Set(),
    memory: new Set(),
  };
  /** The number of renamings up to which the caches hold. */
  #renamings = 0;

  /**
   * Joins the workflow; disposing leaves it.
   *
   * @param folder The folder of the workflow, if the caller has locked it.
   */
  constructor(options: WorkspaceOptions, folder?: WorkflowFolder) {
    this.#options = options;
    this.#resolver = new PathResolver(options.capioDir, {
      catchUp: () => this.#catchUp(),
      readLink: (path) => this.#readLink(path),
      isDirectory: (path) => this.isDirectory(path),
      isLoop: (path) => isLoop(this.whereIs(path)),
    });
    this.workflow = Workflow.join({
      ...options,
      capioDir: this.#resolver.root,
    }, folder);
    this.spoolWays = new SpoolWays(this.workflow);
    this.rights = new Rights(
      this.workflow,
      [this.#resolver.root, this.#resolver.givenRoot],
      options.enforceGraph,
    );
    this.toldSizes = new ToldSizes(
      this.workflow,
      (file) => this.#sizeOf(file),
    );
    this.#sizeWarnings = new SizeWarnings(
      this.workflow,
      (file) => this.#sizeOf(file),
    );
    this.#wakeups = new Wakeups(this.folder.watched);
    Workspace.#here.add(this);
  }

  /**
   * Joins the workflow. While somebody else joins or leaves, this does not block
   * the thread, and `signal` of the options ends it.
   */
  static async join(options: WorkspaceOptions): Promise<Workspace> {
    const capioDir = system.realPathSync(options.capioDir);
    const folder = folderOf({ ...options, capioDir });
    const { appName, signal } = options;
    using _ = await folder.lockWhenFree(appName, { signal });
    return new Workspace(options, folder);
  }

  /** Whether a read into a buffer waits for one byte only. */
  get partialReads(): boolean {
    return this.#options.partialReads;
  }

  get folder(): WorkflowFolder {
    return this.workflow.folder;
  }

  /**
   * The state of the workflow at this moment.
   *
   * @throws {Deno.errors.Interrupted} If this member has left: its waits end.
   */
  get state(): WorkflowState {
    this.#checkPresence();
    return this.workflow.refresh();
  }

  /**
   * Finds the place that `path` names, `undefined` for one outside.
   *
   * @throws {Deno.errors.NotCapable} If a flag closes an excluded place by
   * another name than `path`, or a part of the directory and `path` leads to
   * where sluice keeps the files of all of it.
   */
  find(path: unknown, follows: Follows = true): Place | undefined {
    this.#checkPresence();
    this.#look = undefined;
    this.#forgetRenamed();
    const given = textOf(path);
    if (!given) return undefined;
    const { text, tail } = asPassedOn(given);
    const followLast = follows === "slash" ? tail !== "" : follows;
    const through: FollowedLink[] = [];
    const found = this.#resolver.resolve(text, followLast, through);
    if (found === undefined) return undefined;
    if (isSystemPath(found)) {
      this.rights.checkSystemPath(given);
      return undefined;
    }
    if (this.workflow.state.engine.isExcluded(found)) {
      this.rights.checkLeft({ path: found, given });
      this.#makeRealParent(found);
      return undefined;
    }
    const full = this.#resolver.absolute(text);
    const { renamings } = this.workflow.state;
    const search = { full, followLast, renamings };
    return { path: found, given, tail, through, search };
  }

  /**
   * Returns the place that the path of `place` leads to by now: symbolic links on
   * its way may have come, or changed, since it was found.
   *
   * @param hasWaited Whether so much time has passed that other programs may
   * have changed links, too.
   */
  findAgain(place: Place, hasWaited: boolean): Place {
    const { renamings } = this.workflow.state;
    const { search } = place;
    if (!hasWaited && renamings === search.renamings) return place;
    this.#look = undefined;
    this.#forgetRenamed();
    const through: FollowedLink[] = [];
    const { full, followLast } = search;
    const path = this.#resolver.resolve(full, followLast, through);
    if (path === undefined || path === place.path) return place;
    if (isSystemPath(path)) this.rights.checkSystemPath(place.given);
    return { ...place, path, through, search: { ...search, renamings } };
  }

  /**
   * Returns the present location of the file under a name, for use directly
   * afterwards.
   *
   * @throws {CapioError} If a planted link leads elsewhere.
   */
  locate(path: string): string {
    const file = this.#fileInSpool(path);
    if (!file) return this.folder.real(path);
    const spool = spoolOf(file);
    this.spoolWays.checkEntry(path, spool);
    return this.folder.spool(path, spool);
  }

  /** The same without a check, for comparisons and for looks alone. */
  whereIs(path: string): string {
    const { folder } = this;
    const file = this.#fileInSpool(path);
    return file ? folder.spool(path, spoolOf(file)) : folder.real(path);
  }

  /**
   * Returns whether a name is taken, after all members have finished moving
   * files: during a move a file may not be where the journal says.
   */
  isThere(path: string): boolean {
    const { workflow } = this;
    return workflow.moving(() => {
      const file = workflow.state.paths.get(path);
      if (file?.phase === "committed") workflow.publish(file);
      return lstatIfPresent(this.whereIs(path)) !== undefined;
    });
  }

  /** Returns whether a name is taken, in the spool or in the real tree. */
  exists(path: string): boolean {
    return this.workflow.isInSpool(path) || this.real(path) !== undefined;
  }

  /** Returns information on the entry of the real tree under a name. */
  real(path: string): Deno.FileInfo | undefined {
    const look = this.#look;
    this.#look = undefined;
    if (look?.path === path) return look.info;
    return lstatIfPresent(this.folder.real(path));
  }

  /** Returns whether a name is that of a directory, in either tree. */
  isDirectory(path: string): boolean {
    if (path === "") return true;
    const file = this.workflow.state.paths.get(path);
    if (file && this.workflow.isInSpool(path)) return file.kind === "directory";
    return lstatIfPresent(this.folder.real(path))?.isDirectory ?? false;
  }

  /** Returns the spool for a new entry. */
  spoolFor(path: string): Spool {
    if (!this.folder.memory) return "disk";
    return this.workflow.state.engine.isInMemory(path) ? "memory" : "disk";
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
    this.spoolWays.checkDirectory(parent, spool);
    if (isThere) return this.folder.spool(path, spool);
    this.folder.makeSpoolDirectory(parent, spool);
    directories.add(parent);
    return this.folder.spool(path, spool);
  }

  /**
   * Removes what the other spool has under a name that an entry at `location`
   * has got: a file that it replaces, or an empty directory.
   */
  removeReplaced(path: string, location: string): void {
    for (const other of this.folder.spools.locations(path)) {
      if (other === location) continue;
      this.spoolWays.checkLocation(dirname(other));
      ifPresent(() => system.removeSync(other));
    }
  }

  /** Returns the file of a spool that a path names or leads through. */
  #fileInSpool(path: string): WorkflowFile | undefined {
    const { workflow } = this;
    return workflow.isInSpool(path)
      ? workflow.state.paths.get(path)
      : this.#fileAbove(path);
  }

  /** Returns the file of a spool that a path leads through. */
  #fileAbove(path: string): WorkflowFile | undefined {
    const { state } = this.workflow;
    for (let end; (end = path.lastIndexOf("/")) >= 0;) {
      path = path.slice(0, end);
      const file = state.paths.get(path);
      if (!file) continue;
      const isFile = file.kind !== "directory" && this.workflow.isInSpool(path);
      return isFile ? file : undefined;
    }
    return undefined;
  }

  /**
   * Waits until `decide` says "go", and returns the state at that moment. A wait
   * for a file that nobody announced ends after a while without it.
   *
   * @param file The file that the wait is about when it may have lost the name.
   * @throws The error that `decide` refuses with.
   * @throws {CapioError} If the call blocks the only thread that could end the
   * wait.
   */
  *until(
    place: Place,
    decide: (state: WorkflowState) => Verdict,
    signal?: AbortSignal,
    file?: WorkflowFile,
  ): Operation<WorkflowState> {
    let wait: Wait | undefined;
    try {
      for (;;) {
        const { state } = this;
        const verdict = decide(state);
        switch (verdict.type) {
          case "go":
            return state;
          case "refuse":
            throw verdict.error;
          case "wait":
            // Most calls need none.
            wait ??= new Wait(this.workflow, place, this.#options, this.#told);
            if (!verdict.declared && wait.isOver()) return state;
            wait.report(verdict);
            break;
          default:
            verdict satisfies never;
        }
        this.workflow.lookAround();
        yield* untilChange({
          signal: this.#signals(signal),
          beforeBlocking: () =>
            this.#reportsOfThread() ||
            this.#refuseDeadlock(place, verdict.why, file),
        });
      }
    } finally {
      wait?.end();
    }
  }

  /** Notes what counts if the program dies of an uncaught error. */
  mayBeLost(): void {
    if (!this.workflow.ended) this.toldSizes.mayBeLost();
  }

  /** Tells of what has ended by now with an old size of this member's files. */
  warnOfSizes(): void {
    this.#sizeWarnings.look();
  }

  /** Runs an operation without blocking the thread. */
  async run<T>(operation: Operation<T>): Promise<T> {
    this.deferredCloses.report();
    return await runAsync(operation, this.#wakeups);
  }

  /** Runs an operation to its end, blocking the thread. */
  runSync<T>(operation: Operation<T>): T {
    this.deferredCloses.report();
    return runSync(operation);
  }

  /** Leaves the workflow. After a failure the unfinished files are lost. */
  leave(failed: boolean): void {
    if (this.workflow.ended) return;
    Workspace.#here.delete(this);
    if (failed) this.deferredCloses.discard();
    else this.deferredCloses.report();
    this.#wakeups[Symbol.dispose]();
    this.toldSizes.end();
    this.#sizeWarnings.end();
    this.workflow.leave(failed ? "failed" : "left");
  }

  /** Leaves without a wait for a lock; unfinished files are lost. */
  abandon(): void {
    if (this.workflow.ended) return;
    Workspace.#here.delete(this);
    this.deferredCloses.discard();
    this.#wakeups[Symbol.dispose]();
    this.workflow.abandon("failed");
  }

  /**
   * Leaves at the end of the process, which ends its workers too. `terminated`
   * of them were terminated or ended by an error before.
   */
  leaveWithProcess(failed: boolean, terminated: number): void {
    if (!this.workflow.ended) {
      this.workflow.endWorkers({ failed, gone: terminated });
    }
    this.leave(failed);
  }

  /** Leaves the workflow, the work finished. */
  [Symbol.dispose](): void {
    this.leave(false);
  }

  /**
   * Creates the parent of an excluded path in the real tree. Excluded files lie
   * there, but a new directory is still in the spool.
   */
  #makeRealParent(path: string): void {
    const parent = parentOf(path);
    this.workflow.refresh();
    if (!this.workflow.isInSpool(parent) || !this.isDirectory(parent)) return;
    this.folder.makeRealDirectory(parent);
  }

  /** Reports the deferred closes of this thread; returns whether there were any. */
  #reportsOfThread(): boolean {
    let hasReported = false;
    for (const { workflow, deferredCloses } of Workspace.#here) {
      if (!workflow.ended && deferredCloses.report()) hasReported = true;
    }
    return hasReported;
  }

  /**
   * Refuses to block the thread for something that only the thread can do.
   *
   * @throws {CapioError} If only members of this thread can end the wait.
   */
  #refuseDeadlock(
    { path, given }: Place,
    why: string,
    file?: WorkflowFile,
  ): false {
    const here = new Set([...Workspace.#here].map((it) => it.workflow.id));
    if (!onlyTheyEndIt(this.workflow.state, here, path, file)) return false;
    throw new CapioError(
      "DEADLOCK",
      `Cannot wait for "${given}" in a synchronous call, which blocks the only thread that could end the wait: ${why}. Use the asynchronous call, or finish the file first`,
    );
  }

  /** Returns the present size of a file, `undefined` when it lost its name. */
  #sizeOf(file: WorkflowFile): number | undefined {
    const { path } = file;
    if (this.workflow.state.paths.get(path) !== file) return undefined;
    const look = () => lstatIfPresent(this.whereIs(path))?.size;
    const size = look();
    if (size !== undefined || this.workflow.ended) return size;
    // While it is published it may be in neither tree.
    return this.workflow.moving(look);
  }

  #checkPresence(): void {
    if (!this.workflow.ended) return;
    throw new Deno.errors.Interrupted(
      `The CAPIO context of "${this.workflow.app}" has ended, and with it all waits and calls in it`,
    );
  }

  #catchUp(): void {
    this.workflow.refresh();
    this.#forgetRenamed();
  }

  #forgetRenamed(): void {
    const { renamings } = this.workflow.state;
    if (this.#renamings === renamings) return;
    this.#renamings = renamings;
    this.#resolver.forget();
    this.#spoolDirectories.disk.clear();
    this.#spoolDirectories.memory.clear();
  }

  #signals(signal?: AbortSignal): AbortSignal | undefined {
    const own = this.#options.signal;
    return own && signal ? AbortSignal.any([own, signal]) : own ?? signal;
  }

  #readLink(path: string): string | undefined {
    const file = this.workflow.state.paths.get(path);
    if (file && file.kind !== "symlink") return undefined;
    const where = this.whereIs(path);
    const info = lookIfPermitted(where);
    if (!file) this.#look = { path, info };
    if (info?.isSymlink) return ifPresent(() => system.readLinkSync(where));
    if (!file || info) return undefined;
    // It has just been published.
    const real = this.folder.real(path);
    if (!lookIfPermitted(real)?.isSymlink) return undefined;
    return ifPresent(() => system.readLinkSync(real));
  }
}

function isSystemPath(path: string): boolean {
  const [first] = path.split("/", 1);
  return first === SYSTEM_DIRECTORY;
}

function isLoop(path: string): boolean {
  try {
    system.statSync(path);
  } catch (error) {
    return error instanceof Deno.errors.FilesystemLoop;
  }
  return false;
}
