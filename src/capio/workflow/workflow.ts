import type { CapioClRule } from "../cl/mod.ts";
import {
  type Ending,
  engineWith,
  type EventBody,
  initialState,
  isInSpool,
  isOver,
  JournalFollower,
  JournalWriter,
  type Member,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  FileLock,
  lookIfPermitted,
  SynchronousSleep,
} from "../platform/mod.ts";
import { moveIntoPlace } from "./publication.ts";
import { presentRun } from "./stale_run.ts";
import { StandstillWatch } from "./deadlock_watch.ts";
import { warnOfStaleReads, warnOfUnfinished } from "./warnings.ts";
import { WorkflowFolder } from "./workflow_folder.ts";

/** How often one process looks whether the others still live, in ms. */
const LOOK_MILLISECONDS = 100;
/** How long a terminated worker may take to be gone, in ms. */
const WORKERS_END_MILLISECONDS = 1000;

/** What {@linkcode Workflow.join} needs to know. */
export interface WorkflowOptions {
  /** The directory, all symbolic links resolved. */
  readonly capioDir: string;
  readonly workflowName: string;
  readonly appName: string;
  /** A CAPIO-CL document that this member brings with it. */
  readonly document?: string;
  /** Rules in code that this member brings with it. */
  readonly rules: readonly CapioClRule[];
}

/**
 * One member's place in a workflow: its share of the journal, the state that
 * all members agree on, and the publication of what is committed.
 */
export class Workflow {
  /** This member, unique for all time. */
  readonly id: string;
  /** The name under which CAPIO-CL knows this member. */
  readonly app: string;
  readonly folder: WorkflowFolder;
  /** Whether this is a worker and not the program itself. */
  readonly isInWorker = "WorkerGlobalScope" in globalThis;
  readonly #writer: JournalWriter;
  readonly #follower: JournalFollower;
  readonly #publication: FileLock;
  /** What this member holds, its life's lock above all. */
  readonly #held: DisposableStack;
  /** Files that could not be published: whatever is wrong is not put right. */
  readonly #unpublishable = new Set<WorkflowFile>();
  readonly #standstill: StandstillWatch;
  #lookedAround = 0;
  #warned = 0;
  #nextHandle = 0;
  #ended = false;

  private constructor(
    folder: WorkflowFolder,
    { capioDir, appName, document, rules }: WorkflowOptions,
    present: JournalFollower | undefined,
    held: DisposableStack,
  ) {
    this.folder = folder;
    this.app = appName;
    this.id = `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
    this.#standstill = new StandstillWatch(this.id);
    this.#held = held;
    held.defer(() => folder.forgetMember(this.id));
    held.use(FileLock.acquire(folder.memberLock(this.id)));
    this.#publication = held.use(
      FileLock.open(folder.real(folder.publicationLock)),
    );
    this.#writer = held.use(new JournalWriter(folder.journal));
    this.#follower = present ??
      held.use(new JournalFollower(folder.journal, capioDir));
    this.append({
      event: "join",
      app: appName,
      pid: Deno.pid,
      ...(this.isInWorker && { isWorker: true }),
    });
    const isNew = document && !this.state.documents.has(document);
    if (isNew || rules.length > 0) {
      this.append({ event: "rules", document, rules });
    }
    this.#follower.catchUp();
  }

  /** Takes part in a workflow, which begins with its first member. */
  static join(options: WorkflowOptions): Workflow {
    // Contradicting rules are refused before anything has to be undone.
    engineWith(initialState(options.capioDir), options);
    const folder = new WorkflowFolder(options.capioDir, options.workflowName);
    using _ = folder.lock();
    const held = new DisposableStack();
    const present = held.use(presentRun(folder, options.appName));
    try {
      if (present) engineWith(present.state, options);
      folder.create();
      return new Workflow(folder, options, present, held);
    } catch (error) {
      held.dispose();
      if (!present) folder.remove();
      throw error;
    }
  }

  /** The state as far as this member has read the journal. */
  get state(): WorkflowState {
    return this.#follower.state;
  }

  /** Whether this member has left. */
  get ended(): boolean {
    return this.#ended;
  }

  /** A number for a handle, or a wait, that no other one of this member has. */
  newHandle(): number {
    return this.#nextHandle++;
  }

  /** Tells every member, this one included at its next `refresh`. */
  append(body: EventBody): void {
    this.#writer.append({ ...body, by: this.id, time: Date.now() });
  }

  /** Tells what nobody depends on: a full disk must not end the work. */
  note(body: EventBody): void {
    try {
      this.append(body);
    } catch {
      // What matters fails by itself, and then says so.
    }
  }

  /**
   * States a rule for the whole workflow.
   *
   * @throws {CapioError} If it contradicts another one.
   */
  addRule(rule: CapioClRule): void {
    using _ = this.folder.lock();
    const text = JSON.stringify(rule);
    const { rules } = this.refresh();
    if (rules.some((it) => JSON.stringify(it) === text)) return;
    engineWith(this.state, { rules: [rule] });
    this.append({ event: "rules", rules: [rule] });
    this.refresh();
  }

  /** Catches up with the journal, and publishes what is this member's to. */
  refresh(): WorkflowState {
    const state = this.#follower.catchUp();
    if (state.unpublished.size > 0) this.#publishDue();
    if (state.staleReads.length > this.#warned) {
      warnOfStaleReads(state, this.id, this.#warned);
      this.#warned = state.staleReads.length;
    }
    return this.state;
  }

  /** Where the present bearer of a name lies, spool or real tree. */
  isInSpool(path: string): boolean {
    const file = this.state.paths.get(path);
    return file !== undefined && isInSpool(this.state, file);
  }

  /**
   * Reports what nobody else tells: who died, what was there already, and that
   * all wait for each other. For those who wait, and cheap to call often.
   */
  lookAround(): void {
    const now = performance.now();
    if (now - this.#lookedAround < LOOK_MILLISECONDS) return;
    this.#lookedAround = now;
    this.#reportLost();
    this.#reportGiven();
    const warning = this.#standstill.look(this.state);
    if (warning) console.warn(`sluice: ${warning}`);
  }

  /** Makes sure that a committed file is in its place. */
  publish(file: WorkflowFile): void {
    // Without the lock, a slow second publisher could move the next bearer of
    // the name, half written, into the place of this one.
    this.#whileNothingMoves(() => {
      this.#follower.catchUp();
      if (!this.state.unpublished.has(file.number)) return;
      moveIntoPlace(this.folder, file);
      this.append({ event: "publish", file: file.number });
      this.#follower.catchUp();
    });
  }

  /**
   * Runs `fn`, which gives names to other files or takes them away and tells
   * the journal so, while nobody else does and nothing is published. Else a
   * publisher could move what has just got the name, or miss what has lost it.
   */
  moving<T>(fn: () => T): T {
    return this.#whileNothingMoves(() => {
      this.refresh();
      return fn();
    });
  }

  /** Runs `fn` with the publication lock; a long wait for it can be seen. */
  #whileNothingMoves<T>(fn: () => T): T {
    const wait = this.newHandle();
    let isTold = false;
    const path = this.folder.publicationLock;
    return this.#publication.during(() => {
      if (isTold) this.note({ event: "wait", wait, path });
      return fn();
    }, () => {
      isTold = true;
      this.note({
        event: "wait",
        wait,
        path,
        why: "the process that holds it does not go on, it may be stopped",
      });
    });
  }

  /**
   * Ends the parts of this process's workers that are still at work. `gone` of
   * all its workers have ended before their time: what these wrote is lost.
   */
  endWorkers(failed: boolean, gone: number): void {
    const sleep = new SynchronousSleep();
    const deadline = performance.now() + WORKERS_END_MILLISECONDS;
    this.#reportLost();
    // The lock of a worker just terminated is dropped within moments.
    while (this.#workers("lost") < gone && this.#workers() > 0) {
      if (performance.now() > deadline) break;
      sleep.sleep();
      this.#reportLost();
    }
    // One of those still there may be one that does not end when terminated.
    const unsure = this.#workers("lost") < gone;
    const ending = failed || unsure ? "failed" : "left";
    for (const member of this.state.members.values()) {
      if (!this.#isWorkerHere(member) || member.ending) continue;
      this.append({ event: "end", member: member.id, ending });
    }
  }

  /** The number of this process's workers that ended so, or have not ended. */
  #workers(ending?: Ending): number {
    return [...this.state.members.values()]
      .filter((it) => this.#isWorkerHere(it) && it.ending === ending).length;
  }

  #isWorkerHere({ isWorker, pid, app }: Member): boolean {
    return isWorker && pid === Deno.pid && app === this.app;
  }

  /** Ends this member's part; the last member clears up. */
  leave(ending: Exclude<Ending, "lost">): void {
    if (this.#ended) return;
    this.#ended = true;
    try {
      this.append({ event: "end", member: this.id, ending });
      this.refresh();
    } finally {
      // Who has given up the permission leaves it to the next one or next run.
      if (this.folder.isPermitted) this.#clearUp();
      else this.#held.dispose();
    }
  }

  #clearUp(): void {
    using _ = this.folder.lock();
    // One who left at the same time may have cleared up, and a next run may
    // already have begun where this one was.
    const present = this.#follower.isAt(this.folder.journal);
    try {
      if (present) this.#reportLost();
      if (present) this.#reportGiven();
    } finally {
      this.#held.dispose();
    }
    // What could not be published is kept for the next run to try again.
    const done = this.state.unpublished.size === 0 && isOver(this.state);
    if (present && done) warnOfUnfinished(this.state);
    if (present ? done : !this.folder.isInUse) this.folder.remove();
  }

  #publishDue(): void {
    let failure: unknown;
    for (const file of contentsFirst(this.state.unpublished.values())) {
      if (this.#unpublishable.has(file)) continue;
      const committer = this.state.members.get(file.committedBy ?? "");
      const isOwn = committer?.id === this.id;
      if (!isOwn && !committer?.ending) continue;
      try {
        this.publish(file);
      } catch (error) {
        // Said once, and to who has written it. It stays where it is.
        this.#unpublishable.add(file);
        if (isOwn) failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  #reportLost(): void {
    for (const { id, ending } of this.#follower.catchUp().members.values()) {
      if (ending || id === this.id) continue;
      if (FileLock.isHeld(this.folder.memberLock(id))) continue;
      // It may have said farewell since the journal was last read.
      this.#follower.catchUp();
      if (this.state.members.get(id)?.ending) continue;
      this.append({ event: "end", member: id, ending: "lost" });
    }
    this.refresh();
  }

  /** Real files that nobody writes are finished for those they depend on. */
  #reportGiven(): void {
    const { engine, paths, given } = this.state;
    for (const path of engine.dependencies) {
      if (given.has(path) || paths.has(path)) continue;
      if (engine.producers(path).length > 0) continue;
      if (lookIfPermitted(this.folder.real(path))) {
        this.append({ event: "given", path });
      }
    }
    this.refresh();
  }
}

/** What lies in a directory before the directory, whose mode may close it. */
function contentsFirst(files: Iterable<WorkflowFile>): WorkflowFile[] {
  const depth = ({ kind, path }: WorkflowFile) =>
    kind === "directory" ? path.length : Infinity;
  return [...files].sort((a, b) => depth(b) - depth(a) || 0);
}
