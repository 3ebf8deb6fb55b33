import { terminalText } from "../../internal/mod.ts";
import type { CapioClRule } from "../cl/mod.ts";
import {
  createJournal,
  type Ending,
  engineWith,
  type EventBody,
  initialState,
  isInSpool,
  isOver,
  JournalFollower,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  CapioError,
  FileLock,
  type LockWait,
  steadyClock,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";
import { DeadlockWatch } from "./deadlock_watch.ts";
import { reportGivenFiles } from "./given_files.ts";
import { IdleMember, newMemberId } from "./idle_member.ts";
import { Liveness } from "./liveness.ts";
import { Bells } from "./bells.ts";
import { MemberJournal } from "./member_journal.ts";
import { Answers } from "./answers.ts";
import { quoted } from "./missing.ts";
import { untilNamed } from "./name_claims.ts";
import { Publisher } from "./publisher.ts";
import { presentRun } from "./stale_run.ts";
import { checkMachine, confirmation, untilAgentSync } from "./agent_wait.ts";
import type { MemberIdentity, Verdict } from "./readiness.ts";
import {
  RewriteWarnings,
  StaleReadWarnings,
  warnOfLocks,
  warnOfUnfinished,
  warnOfUnkept,
} from "./warnings.ts";
import { WorkflowFolder } from "./workflow_folder.ts";

/** How often a process looks whether the other members still live, in ms. */
const LOOK_MILLISECONDS = 100;

/**
 * How long it waits between two looks at all members, for each of them, in ms. A
 * look takes longer the more there are, and as many processes may look.
 */
const PAUSE_MILLISECONDS = 20;

/** The longest such time, in ms. */
const LONGEST_PAUSE_MILLISECONDS = 5000;

/** How often it looks for a deadlock alone, in ms. */
const RARE_LOOK_MILLISECONDS = 1000;

/** Options of {@linkcode Workflow.join}. */
export interface WorkflowOptions {
  /** The directory, all symbolic links resolved. */
  readonly capioDir: string;
  readonly workflowName: string;
  /** The directory for what `storage.memory` names, all links resolved. */
  readonly memoryDir?: string;
  readonly appName: string;
  /** A CAPIO-CL document that this member brings with it. */
  readonly document?: string;
  /** Rules in code that this member brings with it. */
  readonly rules: readonly CapioClRule[];
  /** The steps in the order in which they run one after the other. */
  readonly steps?: readonly string[];
  /** The machine of each step, by its name, where the workflow has several. */
  readonly machines?: Readonly<Record<string, string>>;
  /** Whether members note how they use finished files, too. */
  readonly observe?: true;
  /** Whether the group of the directory shares the workflow. */
  readonly shared?: "group";
  /** Whether this is a worker of `node:worker_threads`, with a program around it. */
  readonly isThread?: boolean;
  /** A member of this process that stays longer, and clears up for this one. */
  readonly beside?: Workflow;
  /** The name of this machine, in a workflow on several. Its agent comes first. */
  readonly machine?: string;
  /** How long a member waits for that agent, in seconds. */
  readonly openTimeoutSeconds?: number;
  /** Whether the caller has awaited the agent itself, see `untilAgent`. */
  readonly hasAwaitedAgent?: boolean;
  /** As in `NewJournal`, for a run that this member begins and for its checkpoints. */
  readonly checkpointBytes?: number;
}

/** One member's place in a workflow, from its joining to its leaving. */
export class Workflow {
  /** This member, unique for all time. */
  readonly id: string;
  /** The name under which CAPIO-CL knows this member. */
  readonly app: string;
  readonly folder: WorkflowFolder;
  /** What this member was answered without a wait. */
  readonly answers: Answers;
  /** Whether this is a worker and not the program itself. */
  readonly isInWorker = "WorkerGlobalScope" in globalThis;
  readonly #journal: MemberJournal;
  readonly #publisher: Publisher;
  readonly #liveness: Liveness;
  readonly #deadlocks: DeadlockWatch;
  readonly #bells: Bells;
  readonly #staleReads: StaleReadWarnings;
  readonly #rewrites: RewriteWarnings;
  readonly #forgottenConflicts = new WeakSet<WorkflowFile>();
  /** The resources of this member, above all the lock that shows that it lives. */
  readonly #held: DisposableStack;
  /** Another member of this process, which clears up. */
  readonly #beside: Workflow | undefined;
  #lookedAround = 0;
  #lookedAtAll = 0;
  #ended = false;
  #waken: () => void = () => {};

  private constructor(
    folder: WorkflowFolder,
    options: WorkflowOptions,
    present: JournalFollower | undefined,
    held: DisposableStack,
  ) {
    const { capioDir, appName, document, rules, steps, isThread } = options;
    const { machines, observe, checkpointBytes } = options;
    this.folder = folder;
    this.app = appName;
    this.id = newMemberId();
    this.#beside = options.beside;
    this.#held = held;
    held.defer(() => folder.forgetMember(this.id));
    const { check, journal } = folder;
    const own = folder.memberLock(this.id);
    held.use(FileLock.acquire(own, check, { isNew: true }));
    const common = folder.real(folder.publicationLock);
    const lock = held.use(FileLock.open(common, check, { isNew: !present }));
    if (!present) {
      const keepsLocks = lock.keeps();
      if (!keepsLocks) warnOfLocks(folder);
      // Without locks two members could end the journal at the same time.
      const size = keepsLocks ? checkpointBytes : Number.MAX_SAFE_INTEGER;
      createJournal(journal, check, { checkpointBytes: size });
    }
    const follower = present ??
      held.use(new JournalFollower(journal, capioDir, check));
    const others = options.beside && options.beside.#bells;
    const bells = held.use(
      new Bells(folder, this.id, () => this.#waken(), others),
    );
    this.#bells = bells;
    this.#journal = held.use(
      new MemberJournal(this.id, folder, follower, {
        ring: (member) => bells.ring(member),
        makeNext: () => {
          this.#publisher.whileNothingMoves(() => {
            follower.makeNext({ checkpointBytes });
          });
        },
      }),
    );
    this.answers = new Answers(this.#journal);
    this.#publisher = new Publisher(folder, this.#journal, lock);
    this.#liveness = new Liveness(folder, this.#journal, appName, () => {
      this.refresh();
    });
    this.#deadlocks = new DeadlockWatch(this.id);
    this.#staleReads = new StaleReadWarnings(this.id);
    this.#rewrites = new RewriteWarnings(this.id);
    this.append({
      event: "join",
      app: appName,
      pid: Deno.pid,
      ...(this.isInWorker && { isWorker: true }),
      ...(isThread && { isThread }),
      ...(this.#beside && { host: this.#beside.id }),
      ...(folder.memory && {
        memoryDir: folder.memory.memoryDir,
        memoryId: folder.memory.id,
      }),
    });
    const isNew = document && !this.state.documents.has(document);
    const isFirst = steps && this.state.steps.length === 0;
    if (isNew || rules.length > 0 || isFirst || observe) {
      this.append({
        event: "rules",
        document,
        rules,
        steps,
        machines,
        observe,
      });
    }
    this.#journal.catchUp();
  }

  /**
   * Takes part in a workflow, which begins with its first member.
   *
   * @param folder The folder of the workflow, which the caller may have locked.
   */
  static join(
    options: WorkflowOptions,
    folder: WorkflowFolder = folderOf(options),
  ): Workflow {
    // Contradicting rules are refused before anything has to be undone.
    engineWith(initialState(options.capioDir), options);
    if (!options.hasAwaitedAgent) untilAgentSync(folder, options);
    using _ = folder.lock(options.appName);
    const held = new DisposableStack();
    const present = held.use(
      presentRun(folder, options.appName, options.machine),
    );
    try {
      checkMachine(present?.state, folder, options);
      if (present) engineWith(present.state, options);
      if (present) checkSteps(present.state, options);
      if (present) checkMemory(present.state, folder, options.appName);
      folder.create({ isNew: !present });
      return new Workflow(folder, options, present, held);
    } catch (error) {
      held.dispose();
      if (!present) folder.remove();
      throw error;
    }
  }

  /** The state as far as this member has read the journal. */
  get state(): WorkflowState {
    return this.#journal.state;
  }

  /**
   * Makes the file that others write to when they wake this member, and returns
   * its path.
   */
  hangBell(): string {
    return this.#bells.hang();
  }

  /** Calls `waken` when this member itself does what it waits for. */
  set wakened(waken: () => void) {
    this.#waken = waken;
  }

  /** Whether this member has left. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Returns a number for a handle or a wait, unique for this member. */
  newHandle(): number {
    return this.#journal.newNumber();
  }

  /** Returns the file that this member holds open under a handle. */
  heldFile(handle: number): WorkflowFile | undefined {
    return this.state.handles.get(`${this.id}/${handle}`);
  }

  /** Tells every member, this one included at its next `refresh`. */
  append(body: EventBody): void {
    this.#journal.append(body);
    this.#noteMade(body);
  }

  /** The same with a `refresh`. */
  tell(body: EventBody): WorkflowState {
    this.#journal.tell(body);
    this.#noteMade(body);
    return this.#afterNews();
  }

  /** Appends an event that nothing depends on; a full disk only loses it. */
  note(body: EventBody): void {
    this.#journal.note(body);
  }

  /**
   * States a rule for the whole workflow.
   *
   * @throws {CapioError} If it contradicts another one.
   */
  addRule(rule: CapioClRule): void {
    using _ = this.folder.lock(this.app);
    const text = JSON.stringify(rule);
    const { rules } = this.refresh();
    if (rules.some((it) => JSON.stringify(it) === text)) return;
    engineWith(this.state, { rules: [rule] });
    this.append({ event: "rules", rules: [rule] });
    this.refresh();
  }

  /** Catches up with the journal, and publishes what this member has to. */
  refresh(): WorkflowState {
    this.#journal.catchUp();
    return this.#afterNews();
  }

  #afterNews(): WorkflowState {
    const { state } = this;
    if (this.#journal.isFull) this.#checkpoint();
    if (state.unpublished.size > 0) {
      this.#publisher.publishDue({ isLast: this.#ended });
    }
    this.#staleReads.look(state);
    this.#rewrites.look(state);
    return this.state;
  }

  /** Reads on in the journal, and returns whether there was anything. */
  hasNews(): boolean {
    return this.#journal.hasNews();
  }

  /** Whether this member is going to be rung for what happens to a path. */
  willBeRung(path: string): boolean {
    return this.state.awaits.has(path, this.id);
  }

  /** Asks to be rung for what happens to a path, once. */
  askForRing(path: string): void {
    // What happens to a path of sluice itself is told by no event.
    if (path.startsWith(`${SYSTEM_DIRECTORY}/`)) return;
    this.note({ event: "await", path });
  }

  /**
   * Reports the close of a file, and publishes what is committed by it.
   */
  tellClose(close: EventBody & { readonly event: "close" }): void {
    const file = this.heldFile(close.handle);
    const isLast = this.#ended;
    const isGood = file && !close.failed && !close.idle;
    if (isGood && this.#publisher.closeAndPublish(file, close, { isLast })) {
      this.#afterNews();
    } else this.tell(close);
  }

  /** Tells whether the file that has this name lies in the spool. */
  isInSpool(path: string): boolean {
    const { state } = this;
    const file = state.paths.get(path);
    if (!file) return false;
    if (state.publishing.size > 0) this.#publisher.settle(file);
    return isInSpool(state, file);
  }

  /**
   * Reports what no other member reports: members that died, files that existed
   * before, a deadlock. It is for waiting members, and cheap to call often.
   */
  lookAround(): void {
    const now = steadyClock();
    // For all members of a process one of them looks often.
    const isDue = this.#isLast ? LOOK_MILLISECONDS : RARE_LOOK_MILLISECONDS;
    if (!this.#isLast) this.#beside?.lookAround();
    if (now - this.#lookedAround < isDue) return;
    this.#lookedAround = now;
    const looksAtAll = now - this.#lookedAtAll >= this.#pauseOfAll;
    if (this.#isLast) {
      if (looksAtAll) this.#liveness.reportLost();
      else this.#liveness.reportLostNeighbours();
      this.#reportGivenFiles();
    }
    if (!looksAtAll) return;
    this.#lookedAtAll = now;
    const warning = this.#deadlocks.look(this.state);
    if (warning) console.warn(`sluice: ${warning}`);
  }

  /**
   * Runs `make`, which creates a file, writes it and closes it, while nobody moves
   * files, and reports that as one event. Returns whether it has done so: not if
   * `make` returns nothing, or if another member has the publication lock.
   */
  makeWhole(
    make: () => EventBody & { readonly event: "open" } | undefined,
  ): boolean {
    let isMade = false;
    this.#publisher.ifNothingMoves(() => {
      this.refresh();
      this.#publisher.settleAll();
      const body = make();
      if (!body) return;
      isMade = true;
      this.#publisher.publishWhole(body, { isLast: this.#ended });
      this.#noteMade(body);
    });
    if (isMade) this.#afterNews();
    return isMade;
  }

  /** Makes sure that a committed file is in its place. */
  publish(file: WorkflowFile): void {
    this.#publisher.publish(file);
  }

  /**
   * Runs `fn`, which gives names to other files or takes them away and tells
   * the journal so, while no other member does and nothing is published. Else a
   * publisher could move what has just got the name, or miss what has lost it.
   */
  moving<T>(fn: () => T): T {
    return this.#publisher.whileNothingMoves(() => {
      this.refresh();
      this.#publisher.settleAll();
      return fn();
    });
  }

  /** Waits until nobody gives names to other files or takes them away. */
  untilMoved(): void {
    this.moving(() => {});
  }

  /** Lets another app take part with work that needs no files of the workflow. */
  joinIdly(app: string): IdleMember {
    return new IdleMember(this.#journal, app);
  }

  /**
   * Decides whether a member of this process takes part for all machines: what
   * its app does counts once its join has come back from the server.
   *
   * @param seconds How long the agent may be away meanwhile; a minute by default.
   */
  confirmation(
    member: MemberIdentity = this,
    seconds?: number,
  ): (state: WorkflowState) => Verdict {
    return confirmation(this.folder, member, seconds);
  }

  /** Ends the membership of this process's workers, see {@linkcode Liveness}. */
  endWorkers(options: { failed: boolean; gone: number }): void {
    this.#liveness.endWorkers(options);
  }

  /**
   * Ends this member's part; the last member clears up.
   *
   * @param why Says for people why it failed.
   */
  leave(ending: Exclude<Ending, "lost">, why?: string): void {
    if (this.#ended) return;
    const conflict = ending === "left" ? this.#untilNamed() : undefined;
    this.#ended = true;
    using _held = this.#held;
    // A member that gave up the permission leaves it to the next one or run.
    // Nobody joins in between, who would take what is left for a stale run.
    using lock = this.#isLast && this.folder.isPermitted
      ? this.folder.lock(this.app)
      : undefined;
    try {
      this.answers.noteQuestions();
      this.append({ event: "end", member: this.id, ending, why });
      this.refresh();
    } finally {
      if (lock) this.#clearUp();
    }
    if (conflict) throw conflict;
  }

  /**
   * Ends this member's part without a wait for a lock. What is left to do is
   * done by the next member that leaves, or by the next run.
   */
  abandon(ending: Exclude<Ending, "lost">): void {
    if (this.#ended) return;
    this.#ended = true;
    using _held = this.#held;
    this.note({ event: "end", member: this.id, ending });
  }

  /**
   * Runs `fn` while no other member joins, leaves or moves files, so that `fn`
   * waits for no lock. The thread is not blocked before.
   */
  async whenFree<T>(fn: () => T, wait: LockWait): Promise<T> {
    using _folder = await this.folder.lockWhenFree(this.app, wait);
    using _publication = await this.#publisher.hold(wait);
    return fn();
  }

  /** The time between two looks at all members, in ms. */
  get #pauseOfAll(): number {
    const running = this.state.apps.values()
      .reduce((sum, app) => sum + app.running, 0);
    return Math.min(
      Math.max(LOOK_MILLISECONDS, running * PAUSE_MILLISECONDS),
      LONGEST_PAUSE_MILLISECONDS,
    );
  }

  /** Whether no other member of this process does what one does for all. */
  get #isLast(): boolean {
    return !this.#beside || this.#beside.ended;
  }

  /** The program knows that another machine has the name of a file. */
  forgetConflict(file: WorkflowFile): void {
    this.#forgottenConflicts.add(file);
  }

  /** Waits until the files that it has made have their names, or have lost them. */
  #untilNamed(): CapioError | undefined {
    if (!this.state.hasClaims) return undefined;
    const hasAgent = ({ agent }: WorkflowState) =>
      agent !== undefined && FileLock.isHeld(this.folder.memberLock(agent));
    const isForgotten = (file: WorkflowFile) =>
      this.#forgottenConflicts.has(file);
    return untilNamed(this.id, isForgotten, () => this.refresh(), hasAgent);
  }

  /** Its caller holds the workflow's lock. */
  #clearUp(): void {
    // A member that left at the same time may have cleared up, and a next run
    // may already have begun where this one was.
    const present = this.#journal.isPresent;
    try {
      if (present) this.#liveness.reportLost();
      if (present) this.#reportGivenFiles();
    } finally {
      this.#held.dispose();
    }
    // A file that could not be published is kept for the next run to try again.
    const done = this.state.unpublished.size === 0 && isOver(this.state);
    // Only its agent ends a run on several machines.
    if (present && this.state.machine !== undefined) return;
    if (present && done) {
      warnOfUnfinished(this.state);
      warnOfUnkept(this.state);
    }
    if (present ? done : !this.folder.isInUse) this.folder.remove();
  }

  #noteMade(body: EventBody): void {
    if (body.event === "open" || body.event === "make") {
      this.answers.made(body.path);
    } else if (body.event === "rename") this.answers.made(body.to);
  }

  /** Ends the journal, unless another member does so or moves files. */
  #checkpoint(): void {
    if (!this.folder.isPermitted) return;
    try {
      this.#publisher.ifNothingMoves(() => this.#journal.checkpoint());
    } catch {
      // Most often the disk is full. The journal goes on, and the next event that
      // matters reports the error.
    }
  }

  #reportGivenFiles(): void {
    reportGivenFiles(this.folder, this.#journal);
    this.refresh();
  }
}

/** Returns the folder of a workflow; creates nothing. */
export function folderOf(options: WorkflowOptions): WorkflowFolder {
  return new WorkflowFolder(options.capioDir, options.workflowName, options);
}

/** Refuses another `memoryDir` than that of the run. */
function checkMemory(
  { memory }: WorkflowState,
  folder: WorkflowFolder,
  app: string,
): void {
  if (memory?.id === folder.memory?.id) return;
  const expected = memory
    ? `"${memory.dir}", with which "${memory.app}" began`
    : "none, as of those that began";
  const found = folder.memory ? `"${folder.memory.memoryDir}"` : "none";
  throw new CapioError(
    "INVALID_CONFIGURATION",
    terminalText(
      `The memoryDir of "${app}" must be ${expected} the run of workflow "${folder.workflowName}", found ${found}. Give all steps the same one: --memory-dir, CAPIO_MEMORY_DIR or the option memoryDir`,
    ),
  );
}

/** Refuses a plan that is not the one of the run. */
function checkSteps(
  state: WorkflowState,
  { steps, machines = {} }: WorkflowOptions,
): void {
  if (!steps || state.steps.length === 0) return;
  const given = new Map(Object.entries(machines));
  const moved = steps.find((step) =>
    state.placement.get(step) !== given.get(step)
  );
  if (moved !== undefined) {
    const on = (machine: string | undefined) =>
      machine === undefined ? "on no machine" : `on machine "${machine}"`;
    throw new CapioError(
      "INVALID_CONFIGURATION",
      `Step "${moved}" must run ${
        on(state.placement.get(moved))
      }, as in the plan of the run, found ${on(given.get(moved))}`,
    );
  }
  if (steps.join("\0") === state.steps.join("\0")) return;
  throw new CapioError(
    "INVALID_CONFIGURATION",
    `The steps must be ${
      quoted(state.steps)
    } in this order, as in the plan of the run, found ${quoted(steps)}`,
  );
}
