import { systemErrorAtCaller } from "../../internal/mod.ts";
import type { WorkflowState } from "../journal/mod.ts";
import {
  asPassedOn,
  type FollowedLink,
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
  folderOf,
  type MemberIdentity,
  SizeWarnings,
  untilAgent,
  type Verdict,
  Workflow,
  type WorkflowFolder,
  type WorkflowOptions,
} from "../workflow/mod.ts";
import { DeferredCloses } from "./deferred_closes.ts";
import { Homes } from "./homes.ts";
import type { Follows, Place } from "./place.ts";
import { ReadHandles } from "./read_handles.ts";
import { Rights } from "./rights.ts";
import { SpoolWays } from "./spool_ways.ts";
import { ToldSizes } from "./told_sizes.ts";
import { Trees } from "./trees.ts";
import type { WaitSubject } from "./wait_alarm.ts";
import { Waits, type WaitsOptions } from "./waits.ts";

/** Options of a {@linkcode Workspace}. */
export interface WorkspaceOptions extends WorkflowOptions, WaitsOptions {
  /** As of waits; as long a member waits for the agent of its machine. */
  readonly openTimeoutSeconds: number;
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforceGraph: boolean;
  /** Whether a read into a buffer waits for one byte only. */
  readonly partialReads: boolean;
}

/**
 * One member's view of the workflow's directory: it finds the places that paths
 * name, and waits for files that others are still writing.
 */
export class Workspace implements Disposable {
  readonly workflow: Workflow;
  readonly rights: Rights;
  /** Where files are written, in a workflow on several machines. */
  readonly homes: Homes;
  readonly spoolWays: SpoolWays;
  /** Where entries lie. */
  readonly trees: Trees;
  readonly deferredCloses: DeferredCloses = new DeferredCloses();
  /** The sizes of growing files that the program was told. */
  readonly toldSizes: ToldSizes;
  /** Tells of members that went by sizes and have ended. */
  readonly #sizeWarnings: SizeWarnings;
  /** The files that this member has open for reading alone. */
  readonly readHandles: ReadHandles = new ReadHandles();
  /** Why the work of this member has failed, for people. */
  failure: string | undefined;
  readonly #options: WorkspaceOptions;
  readonly #wakeups: Wakeups;
  readonly #resolver: PathResolver;
  readonly #waits: Waits;
  /** The number of renamings up to which the resolver remembers. */
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
      readLink: (path) => this.trees.readLink(path),
      isDirectory: (path) => this.trees.isDirectory(path),
      isLoop: (path) => isLoop(this.trees.whereIs(path)),
    });
    this.workflow = Workflow.join({
      ...options,
      capioDir: this.#resolver.root,
    }, folder);
    this.homes = new Homes(this.workflow);
    this.spoolWays = new SpoolWays(this.workflow);
    this.trees = new Trees(this.workflow, this.spoolWays);
    this.#waits = new Waits(this.workflow, this.deferredCloses, options);
    this.rights = new Rights(
      this.workflow,
      [this.#resolver.root, this.#resolver.givenRoot],
      options.enforceGraph,
    );
    this.toldSizes = new ToldSizes(
      this.workflow,
      (file) => this.trees.sizeOf(file),
    );
    this.#sizeWarnings = new SizeWarnings(
      this.workflow,
      (file) => this.trees.sizeOf(file),
    );
    this.#wakeups = new Wakeups(() => this.workflow.hangBell());
    this.workflow.wakened = () => this.#wakeups.wake();
    if (options.hasAwaitedAgent) return;
    const confirmed = this.untilConfirmed();
    if (confirmed) this.#orLeave(() => this.runSync(confirmed));
  }

  /**
   * Joins the workflow. While somebody else joins or leaves, this does not block
   * the thread, and `signal` of the options ends it.
   */
  static async join(options: WorkspaceOptions): Promise<Workspace> {
    const capioDir = system.realPathSync(options.capioDir);
    const folder = folderOf({ ...options, capioDir });
    const { appName, signal } = options;
    await untilAgent(folder, options);
    const awaited = { ...options, hasAwaitedAgent: true };
    const workspace = await joinWhenFree();
    await workspace.confirmed();
    return workspace;

    async function joinWhenFree(): Promise<Workspace> {
      using _ = await folder.lockWhenFree(appName, { signal });
      return new Workspace(awaited, folder);
    }
  }

  /**
   * Joins as another app; this member stays longer. On several machines the
   * caller awaits {@linkcode Workspace.confirmed} next.
   */
  joinBeside(appName: string): Workspace {
    const { workflow, folder } = this;
    const options = { ...this.#options, appName, beside: workflow };
    return new Workspace({ ...options, hasAwaitedAgent: true }, folder);
  }

  /** Waits until this member takes part for all machines, else leaves. */
  async confirmed(): Promise<void> {
    const confirmed = this.untilConfirmed();
    if (!confirmed) return;
    try {
      await this.run(confirmed);
    } catch (error) {
      this.#orLeave(() => {
        throw error;
      });
    }
  }

  /**
   * Waits until a member of this process takes part for all machines; `undefined`
   * where that needs no wait.
   */
  untilConfirmed(
    member: MemberIdentity = this.workflow,
  ): Operation<WorkflowState> | undefined {
    const { openTimeoutSeconds } = this.#options;
    const decide = this.workflow.confirmation(member, openTimeoutSeconds);
    if (decide(this.workflow.state).type === "go") return undefined;
    const path = this.folder.publicationLock;
    const search = { full: path, followLast: false, renamings: 0 };
    const place = { path, given: path, tail: "", through: [], search };
    return this.until(place, decide);
  }

  /** Runs `fn`, and leaves if it fails. */
  #orLeave(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.leave(true);
      throw error;
    }
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
    this.trees.forgetLook();
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
    this.trees.forgetLook();
    this.#forgetRenamed();
    const through: FollowedLink[] = [];
    const { full, followLast } = search;
    const path = this.#resolver.resolve(full, followLast, through);
    if (path === undefined || path === place.path) return place;
    if (isSystemPath(path)) this.rights.checkSystemPath(place.given);
    return { ...place, path, through, search: { ...search, renamings } };
  }

  /**
   * Waits until `decide` says "go", and returns the state at that moment. A wait
   * for a file that nobody announced ends after a while without it.
   *
   * @param subject What the wait is about besides the path.
   * @throws The error that `decide` refuses with.
   * @throws {CapioError} If the call blocks the only thread that could end the
   * wait.
   */
  until(
    place: Place,
    decide: (state: WorkflowState) => Verdict,
    signal?: AbortSignal,
    subject?: Omit<WaitSubject, "path">,
  ): Operation<WorkflowState> {
    return this.#waits.until(() => this.state, place, decide, signal, subject);
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
    try {
      return await runAsync(operation, this.#wakeups);
    } catch (error) {
      throw systemErrorAtCaller(error, Workspace.prototype.run);
    }
  }

  /** Runs an operation to its end, blocking the thread. */
  runSync<T>(operation: Operation<T>): T {
    this.deferredCloses.report();
    return runSync(operation);
  }

  /** Leaves the workflow. After a failure the unfinished files are lost. */
  leave(failed: boolean): void {
    if (this.workflow.ended) return;
    this.#waits[Symbol.dispose]();
    if (failed) this.deferredCloses.discard();
    else this.deferredCloses.report();
    this.#wakeups[Symbol.dispose]();
    this.toldSizes.end();
    this.#sizeWarnings.end();
    if (failed) this.workflow.leave("failed", this.failure);
    else this.workflow.leave("left");
  }

  /** Leaves without a wait for a lock; unfinished files are lost. */
  abandon(): void {
    if (this.workflow.ended) return;
    this.#waits[Symbol.dispose]();
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
    if (!this.workflow.isInSpool(parent) || !this.trees.isDirectory(parent)) {
      return;
    }
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
