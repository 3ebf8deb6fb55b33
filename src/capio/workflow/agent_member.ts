import {
  AGENT_APP,
  createJournal,
  type EventBody,
  type Folded,
  type JournalEvent,
  JournalFollower,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  CapioError,
  FileLock,
  ifPresent,
  isAbsence,
  system,
} from "../platform/mod.ts";
import { Bells } from "./bells.ts";
import { newMemberId } from "./idle_member.ts";
import { Liveness } from "./liveness.ts";
import { MemberJournal } from "./member_journal.ts";
import { Publisher } from "./publisher.ts";
import { clearRun, openRun } from "./stale_run.ts";
import { warnOfUnfinished } from "./warnings.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** The run of this machine in which an agent takes part. */
export interface AgentsRun {
  /** The random id of the run, the same on all machines. */
  readonly run: string;
  readonly machine: string;
  /** The random id of the machine. */
  readonly id: string;
}

/** What an agent finds of a run on its machine. */
export interface FoundRun extends AgentsRun {
  /** The steps that take part in it, by their apps' names. */
  readonly steps: readonly string[];
}

/**
 * The lock that an agent holds as long as it takes part, so that a second one
 * stands by.
 */
export async function standBy(
  folder: WorkflowFolder,
  options: { signal?: AbortSignal; delayed?: () => void },
): Promise<FileLock> {
  for (;;) {
    // It makes and checks the directory in which the lock lies.
    folder.lock(AGENT_APP)[Symbol.dispose]();
    try {
      return await FileLock.acquireWhenFree(agentLock(folder), folder.check, {
        app: AGENT_APP,
        ...options,
        patience: 0,
      });
    } catch (error) {
      // The agent before has just cleared up.
      if (!isAbsence(error)) throw error;
    }
  }
}

function agentLock(folder: WorkflowFolder): string {
  return `${folder.base}.agent.lock`;
}

/** The membership of a machine's agent in the run there. */
export class AgentMember implements Disposable {
  /** This member, unique for all time. */
  readonly id: string = newMemberId();
  readonly folder: WorkflowFolder;
  readonly #follower: JournalFollower;
  readonly #journal: MemberJournal;
  readonly #publisher: Publisher;
  readonly #liveness: Liveness;
  readonly #held: DisposableStack;

  /**
   * Returns what there is of a run with an agent; `undefined` if there is none.
   *
   * @throws {CapioError} If steps take part in a run without an agent.
   */
  static find(folder: WorkflowFolder): FoundRun | undefined {
    using _ = folder.lock(AGENT_APP);
    if (!folder.isInUse) return undefined;
    using run = openRun(folder);
    if (!run) return undefined;
    const state = run.catchUp();
    const steps = state.members.values()
      .filter(({ id, ending, isAgent, machine, host }) =>
        !ending && !isAgent && machine === undefined &&
        FileLock.isHeld(folder.memberLock(host ?? id))
      )
      .map(({ app }) => app).toArray();
    const { machine } = state;
    const { format } = run;
    const id = machine === undefined ? undefined : idOf(run);
    if (machine === undefined || id === undefined || format.type !== "own") {
      if (steps.length > 0) throw inUse(folder, steps);
      return undefined;
    }
    return { run: format.head.run, machine, id, steps };
  }

  /**
   * Takes part in a run: in the one that is there, or as the first member of a
   * new one, in the place of what another run has left.
   *
   * @param folded Is told of every line of the journal, from the first one on.
   * @throws {CapioError} If steps take part in another run.
   */
  static join(
    folder: WorkflowFolder,
    run: AgentsRun,
    folded: (state: WorkflowState) => Folded,
  ): AgentMember {
    using _ = folder.lock(AGENT_APP);
    const held = new DisposableStack();
    try {
      let present = folder.isInUse ? openRun(folder) : undefined;
      const format = present?.format;
      if (present && (format?.type !== "own" || format.head.run !== run.run)) {
        clearRun(folder, present.catchUp());
        present[Symbol.dispose]();
        present = undefined;
      }
      if (!present) folder.empty();
      folder.create({ isNew: !present });
      if (present) held.use(present);
      return new AgentMember(folder, run, present, held, folded);
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  private constructor(
    folder: WorkflowFolder,
    { run, machine, id }: AgentsRun,
    present: JournalFollower | undefined,
    held: DisposableStack,
    folded: (state: WorkflowState) => Folded,
  ) {
    const { capioDir, check, journal } = folder;
    this.folder = folder;
    this.#held = held;
    held.defer(() => folder.forgetMember(this.id));
    held.use(
      FileLock.acquire(folder.memberLock(this.id), check, { isNew: true }),
    );
    const common = folder.real(folder.publicationLock);
    const lock = held.use(FileLock.open(common, check, { isNew: !present }));
    if (!present) {
      // An agent that takes over reads all lines again.
      const checkpointBytes = Number.MAX_SAFE_INTEGER;
      createJournal(journal, check, { run, checkpointBytes });
    }
    const follower = present ??
      held.use(new JournalFollower(journal, capioDir, check));
    this.#follower = follower;
    follower.folded = folded(follower.state);
    const bells = held.use(new Bells(folder, this.id, () => {}));
    this.#journal = held.use(
      new MemberJournal(this.id, folder, follower, {
        ring: (member) => bells.ring(member),
        makeNext: () => {},
      }),
    );
    this.#publisher = new Publisher(folder, this.#journal, lock);
    this.#liveness = new Liveness(folder, this.#journal, AGENT_APP, () => {
      this.refresh();
    });
    this.#journal.append({
      event: "join",
      app: AGENT_APP,
      pid: Deno.pid,
      ...(folder.memory && {
        memoryDir: folder.memory.memoryDir,
        memoryId: folder.memory.id,
      }),
      agent: { machine, id, claims: true },
    });
    this.refresh();
  }

  /** The state as far as this member has read the journal. */
  get state(): WorkflowState {
    return this.#follower.state;
  }

  /** Tells the members of this machine. */
  append(body: EventBody): void {
    this.#journal.append(body);
  }

  /** Tells them what a member of another machine has said. */
  relay(event: JournalEvent): void {
    this.#journal.relay(event);
  }

  /**
   * Reads on in the journal, rings members whom new lines concern, and publishes
   * what no other member does.
   */
  refresh(): WorkflowState {
    const state = this.#journal.catchUp();
    if (state.unpublished.size > 0) {
      this.#publisher.publishDue({ isLast: false });
    }
    return state;
  }

  /** The members of this machine's steps that take part. */
  get steps(): readonly string[] {
    return this.state.members.values()
      .filter((it) => !it.ending && !it.isAgent && it.machine === undefined)
      .map(({ app }) => app).toArray();
  }

  /** Reports the members of this machine that have died. */
  reportLost(): void {
    this.#liveness.reportLost();
  }

  /** Whether the run is still there. */
  get isPresent(): boolean {
    return this.#journal.isPresent;
  }

  /** Ends the run on this machine: publishes what is due, and clears up. */
  end(): void {
    const { folder } = this;
    using _lock = folder.lock(AGENT_APP);
    if (!this.#journal.isPresent) return;
    this.reportLost();
    if (this.steps.length > 0) return;
    this.#publisher.publishDue({ isLast: true });
    const { state } = this;
    this.#held.dispose();
    if (state.unpublished.size > 0) return;
    // Who has read a file on other machines is not known here.
    warnOfUnfinished(state);
    folder.remove();
  }

  /** Releases what the member holds. What is there of the run stays. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}

/** Removes the lock of the agent, which the caller holds, and what it lies in. */
export function forgetAgent(folder: WorkflowFolder): void {
  using _ = folder.lock(AGENT_APP);
  ifPresent(() => system.removeSync(agentLock(folder)));
  if (folder.isInUse) return;
  folder.removeLock();
  folder.removeSystem();
}

/** Returns the random id of the machine in the first line of a journal. */
function idOf({ state }: JournalFollower): string | undefined {
  return state.machineId;
}

function inUse(folder: WorkflowFolder, steps: readonly string[]): CapioError {
  const [step] = steps;
  return new CapioError(
    "IN_USE",
    `Cannot take part in workflow "${folder.workflowName}" in "${folder.capioDir}" with an agent: its step "${step}" runs without one. Start the agent before the steps`,
  );
}
