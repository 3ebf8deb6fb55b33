import type { WorkflowState } from "../journal/mod.ts";
import {
  asPassedOn,
  change,
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
  Wakeups,
} from "../platform/mod.ts";
import {
  type Verdict,
  Workflow,
  type WorkflowFolder,
  type WorkflowOptions,
} from "../workflow/mod.ts";
import { DeferredCloses } from "./deferred_closes.ts";
import type { Follows, Place } from "./place.ts";
import { Rights } from "./rights.ts";

/** Waits shorter than this are nobody's business, in ms. */
const NOTEWORTHY_WAIT_MILLISECONDS = 200;

/** What the member's operations on files need to know. */
export interface WorkspaceOptions extends WorkflowOptions {
  /** How long to wait for a file that nobody has announced, in seconds. */
  readonly openTimeoutSeconds: number;
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforceGraph: boolean;
  /** Whether to say nothing of waits but in the journal. */
  readonly silent: boolean;
  /** Ends all waits when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * One member's view of the workflow's directory: the spool tree laid over the
 * real one, and the waiting for what others are still writing.
 */
export class Workspace implements Disposable {
  readonly workflow: Workflow;
  readonly rights: Rights;
  readonly deferredCloses: DeferredCloses = new DeferredCloses();
  readonly #options: WorkspaceOptions;
  readonly #wakeups: Wakeups;
  readonly #resolver: PathResolver;
  /** What the search for links has just seen in the real tree, used once. */
  #look: { path: string; info: Deno.FileInfo | undefined } | undefined;
  /** Directories that the spool is known to have. */
  readonly #spoolDirectories = new Set<string>();
  /** For how many renamings the two caches above hold. */
  #renamings = 0;

  /** Takes part in the workflow until disposed of. */
  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#resolver = new PathResolver(options.capioDir, {
      catchUp: () => this.#catchUp(),
      readLink: (path) => this.#readLink(path),
      isDirectory: (path) => this.isDirectory(path),
      isLoop: (path) => isLoop(this.locate(path)),
    });
    this.workflow = Workflow.join({
      ...options,
      capioDir: this.#resolver.root,
    });
    this.rights = new Rights(this.workflow, options.enforceGraph);
    this.#wakeups = new Wakeups(this.folder.base);
  }

  get folder(): WorkflowFolder {
    return this.workflow.folder;
  }

  /**
   * The state of the workflow at this moment.
   *
   * @throws {Deno.errors.Interrupted} If this member has left: who still waits
   * for something is not going to hear of it.
   */
  get state(): WorkflowState {
    this.#checkPresence();
    return this.workflow.refresh();
  }

  /** The place that `path` names, `undefined` when it is none of ours. */
  find(path: unknown, follows: Follows = true): Place | undefined {
    this.#checkPresence();
    this.#look = undefined;
    this.#forgetRenamed();
    const given = textOf(path);
    if (!given) return undefined;
    const { text, tail } = asPassedOn(given);
    const followLast = follows === "slash" ? tail !== "" : follows;
    const found = this.#resolver.resolve(text, followLast);
    if (found === undefined) return undefined;
    const [first] = found.split("/", 1);
    if (first === SYSTEM_DIRECTORY) return undefined;
    if (this.workflow.state.engine.isExcluded(found)) {
      this.#makeWayFor(found);
      return undefined;
    }
    return { path: found, given, tail };
  }

  /** Where the bearer of a name lies at this moment. */
  locate(path: string): string {
    const { workflow, folder } = this;
    const isInSpool = workflow.isInSpool(path) || this.#isBelowFile(path);
    return isInSpool ? folder.spool(path) : folder.real(path);
  }

  /**
   * Whether a name is taken once everyone who was just moving files has done
   * so: for a moment a file may not be where the journal says.
   */
  isThere(path: string): boolean {
    const { workflow } = this;
    return workflow.moving(() => {
      const file = workflow.state.paths.get(path);
      if (file?.phase === "committed") workflow.publish(file);
      return lstatIfPresent(this.locate(path)) !== undefined;
    });
  }

  /** Whether a name is taken, in the spool or in the real tree. */
  exists(path: string): boolean {
    return this.workflow.isInSpool(path) || this.real(path) !== undefined;
  }

  /** What lies under a name in the real tree. */
  real(path: string): Deno.FileInfo | undefined {
    const look = this.#look;
    this.#look = undefined;
    if (look?.path === path) return look.info;
    return lstatIfPresent(this.folder.real(path));
  }

  /** Whether a name is that of a directory, in either tree. */
  isDirectory(path: string): boolean {
    if (path === "") return true;
    const file = this.workflow.state.paths.get(path);
    if (file && this.workflow.isInSpool(path)) return file.kind === "directory";
    return lstatIfPresent(this.folder.real(path))?.isDirectory ?? false;
  }

  /**
   * Where something new called `path` is to be made: in the spool, its
   * directory made ready, or in the real tree when the directory is missing,
   * so that the system says so in its own words.
   */
  placeNew(path: string): string {
    const parent = parentOf(path);
    if (this.#spoolDirectories.has(parent)) return this.folder.spool(path);
    if (!this.isDirectory(parent)) return this.locate(path);
    this.folder.makeSpoolDirectory(parent);
    this.#spoolDirectories.add(parent);
    return this.folder.spool(path);
  }

  /** Whether a path leads through a new file, and so nowhere. */
  #isBelowFile(path: string): boolean {
    const { state } = this.workflow;
    for (let end; (end = path.lastIndexOf("/")) >= 0;) {
      path = path.slice(0, end);
      const file = state.paths.get(path);
      if (!file) continue;
      return file.kind !== "directory" && this.workflow.isInSpool(path);
    }
    return false;
  }

  /** Waits until `decide` no longer says so; throws what it refuses with. */
  *until(
    place: Place,
    decide: (state: WorkflowState) => Verdict,
    signal?: AbortSignal,
  ): Operation<WorkflowState> {
    const since = performance.now();
    const wait = this.workflow.newHandle();
    let announced: string | undefined;
    try {
      for (;;) {
        const { state } = this;
        const verdict = decide(state);
        if (verdict.type === "go") return state;
        if (verdict.type === "refuse") throw verdict.error;
        const waited = performance.now() - since;
        const limit = this.#options.openTimeoutSeconds * 1000;
        if (!verdict.declared && waited >= limit) {
          // Without a wait the system says in its own words what is missing.
          if (limit === 0) return state;
          throw notFound(place, limit);
        }
        if (
          waited > NOTEWORTHY_WAIT_MILLISECONDS && announced !== verdict.why
        ) {
          announced = verdict.why;
          this.#announce(wait, place.path, announced);
        }
        this.workflow.lookAround();
        yield* change(this.#signals(signal));
      }
    } finally {
      if (announced && !this.workflow.ended) {
        this.workflow.note({ event: "wait", wait, path: place.path });
      }
    }
  }

  #announce(wait: number, path: string, why: string): void {
    const { workflow } = this;
    workflow.note({ event: "wait", wait, path, why });
    if (this.#options.silent) return;
    console.warn(`sluice: "${workflow.app}" waits for "${path}": ${why}`);
  }

  /** Runs an operation without blocking the thread. */
  async run<T>(operation: Operation<T>): Promise<T> {
    this.deferredCloses.release();
    return await runAsync(operation, this.#wakeups);
  }

  /** Runs an operation to its end. */
  runSync<T>(operation: Operation<T>): T {
    this.deferredCloses.release();
    return runSync(operation);
  }

  /** Leaves the workflow; what this member had not finished is lost on failure. */
  leave(failed: boolean): void {
    if (this.workflow.ended) return;
    if (failed) this.deferredCloses.drop();
    else this.deferredCloses.release();
    this.#wakeups[Symbol.dispose]();
    this.workflow.leave(failed ? "failed" : "left");
  }

  /**
   * Leaves at the end of the process, which is that of its workers, too, `gone`
   * of which have ended before their time.
   */
  leaveWithProcess(gone: number): void {
    const failed = Deno.exitCode !== 0;
    if (!this.workflow.ended) this.workflow.endWorkers({ failed, gone });
    this.leave(failed);
  }

  /** Leaves the workflow as one who has done all there was to do. */
  [Symbol.dispose](): void {
    this.leave(false);
  }

  /** What is excluded lies in the real tree, where a new directory is not yet. */
  #makeWayFor(path: string): void {
    const parent = parentOf(path);
    this.workflow.refresh();
    if (!this.workflow.isInSpool(parent) || !this.isDirectory(parent)) return;
    this.folder.makeRealDirectory(parent);
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
    this.#spoolDirectories.clear();
  }

  #signals(signal?: AbortSignal): AbortSignal | undefined {
    const own = this.#options.signal;
    return own && signal ? AbortSignal.any([own, signal]) : own ?? signal;
  }

  #readLink(path: string): string | undefined {
    const file = this.workflow.state.paths.get(path);
    if (file && file.kind !== "symlink") return undefined;
    const where = this.locate(path);
    const info = lookIfPermitted(where);
    if (!file) this.#look = { path, info };
    if (!info?.isSymlink) return undefined;
    return ifPresent(() => system.readLinkSync(where));
  }
}

function isLoop(path: string): boolean {
  try {
    system.statSync(path);
  } catch (error) {
    return error instanceof Deno.errors.FilesystemLoop;
  }
  return false;
}

function notFound({ given }: Place, limit: number): Deno.errors.NotFound {
  const seconds = limit / 1000;
  return new Deno.errors.NotFound(
    `No such file or directory (os error 2): open '${given}': nobody created it within ${seconds} ${
      seconds === 1 ? "second" : "seconds"
    }`,
  );
}
