import { abortable, delay } from "@std/async";
import { isInTime } from "../../internal/mod.ts";
import type { NatsConnected } from "../../nats/mod.ts";
import {
  type FileChange,
  type Folded,
  type JournalEvent,
  keyOfHome,
  type MachinePhase,
  type SpaceEvent,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  CapioError,
  isDiskFull,
  steadyClock,
  wallClock,
} from "../platform/mod.ts";
import { AgentMember, type WorkflowFolder } from "../workflow/mod.ts";
import type { RunAgentOptions } from "./agent_options.ts";
import {
  ByteService,
  Fetcher,
  NamelessReplicas,
  Replicas,
  ServedFiles,
  StoredFiles,
} from "./bytes/mod.ts";
import type { ChosenRun } from "./choose_run.ts";
import { Carrier } from "./carrier.ts";
import {
  JournalStream,
  keepHeartbeats,
  leaveRun,
  RunRecords,
  streamGone,
} from "./server/mod.ts";
import {
  type AcceptedLine,
  type OutwardLine,
  outwardLines,
  Received,
  replicaOf,
  type StoredMessage,
  Wishes,
} from "./translation/mod.ts";
import { Intake } from "./intake.ts";
import { News } from "./news.ts";
import { Outbox } from "./outbox.ts";
import {
  checkMachine,
  committedBy,
  isOverEverywhere,
  otherMachines,
  presentMachines,
} from "./standing.ts";
import { type RunNames, runNames } from "./wire/mod.ts";

/** How often an agent looks for news that nothing has told it of, in ms. */
const TICK_MILLISECONDS = 100;
/** How often it looks whether the members of its machine live, in ms. */
const LIVENESS_MILLISECONDS = 1000;
/** How long it takes at most to say that it was interrupted, in ms. */
const LEAVING_MILLISECONDS = 2000;
/** How often it looks whether the stream of the run is still there, in ms. */
const STREAM_MILLISECONDS = 1000;
/** How often it tries again what there was no space for, in ms. */
const SPACE_MILLISECONDS = 1000;
/** Ticks of silence after which a machine is lost. */
const LOST_TICKS = 10;
/** Seconds that a server is awaited. */
const SERVER_TIMEOUT_SECONDS = 60;

/**
 * The agent of a machine in a run. It follows the journal of its machine, and the
 * stream of all of them; it keeps no state that is not in one of these.
 */
export class Agent implements AsyncDisposable {
  readonly #connected: NatsConnected;
  readonly #records: RunRecords;
  readonly #chosen: ChosenRun;
  readonly #options: RunAgentOptions;
  readonly #names: RunNames;
  readonly #stream: JournalStream;
  readonly #member: AgentMember;
  readonly #replicas: Replicas;
  readonly #nameless = new NamelessReplicas((it) => this.#replicas.remove(it));
  readonly #served: ServedFiles;
  readonly #fetcher: Fetcher;
  readonly #stored: StoredFiles;
  /** Stores finished files, if that is wanted. */
  readonly #carrier: Carrier | undefined;
  readonly #received = new Received();
  readonly #outbox = new Outbox();
  readonly #wishes = new Wishes();
  readonly #intake: Intake;
  /** Files of other machines that were committed there since the last look. */
  readonly #committed: WorkflowFile[] = [];
  readonly #resources = new AsyncDisposableStack();
  readonly #over = new AbortController();
  /** Of the journal and the stream. */
  readonly #news = new News();
  /** Of what is to be published. */
  readonly #outgoing = new News();
  /** The machines that this agent has declared lost. */
  readonly #declared = new Set<string>();
  #epoch = 0;
  /** Whether a message is being published. */
  #isPublishing = false;
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;
  #lookedAround = 0;
  /** For how many heartbeats in a row this machine has not heard itself. */
  #silentTicks = 0;

  /** Takes part in a run on this machine; the others hear of it in `run`. */
  constructor(
    connected: NatsConnected,
    records: RunRecords,
    folder: WorkflowFolder,
    chosen: ChosenRun,
    options: RunAgentOptions,
  ) {
    this.#connected = connected;
    this.#records = records;
    this.#chosen = chosen;
    this.#options = options;
    this.#names = runNames(chosen.run);
    this.#stream = new JournalStream(connected, this.#names);
    this.#served = this.#resources.use(
      new ServedFiles(folder, () => this.#member.refresh()),
    );
    this.#stored = new StoredFiles(connected, this.#names);
    if (options.carryAll) this.#carrier = this.#newCarrier();
    this.#member = this.#resources.use(
      AgentMember.join(folder, chosen, (state) => this.#folding(state)),
    );
    this.#replicas = new Replicas(folder);
    this.#intake = new Intake(chosen.machine, {
      member: this.#member,
      replicas: this.#replicas,
      wishes: this.#wishes,
    });
    this.#fetcher = this.#resources.use(
      new Fetcher(connected, this.#names, this.#replicas, {
        whole: (file) => this.#completed(file),
        gone: (file, why) => this.#gone(file, why),
        isThere: (machine) => presentMachines(this.#state).includes(machine),
        say: (file, is) => this.#saySpace(file, is),
        print: options.print,
        patience: this.#patience,
      }),
    );
  }

  /** Does its work until the run has ended. */
  async run(): Promise<void> {
    const { signal, stop, ready } = this.#options;
    const over = AbortSignal.any([this.#over.signal, signal]);
    const messages = this.#stream.messages(over);
    try {
      await this.#begin(messages, over);
    } catch (error) {
      // Nothing has happened here yet.
      if (this.#chosen.isNew) this.#member.end();
      throw error;
    }
    this.#resources.use(
      new ByteService(
        this.#connected,
        this.#names.bytes(this.#chosen.machine),
        (number) => this.#served.find(number),
      ),
    );
    const wake = () => {
      this.#news.tell();
      this.#outgoing.tell();
      this.#carrier?.wake();
    };
    stop.addEventListener("abort", wake);
    over.addEventListener("abort", wake);
    using watcher = Deno.watchFs(this.#member.folder.journal);
    const tasks = [
      this.#receive(messages, over),
      this.#watchStream(over),
      this.#publish(over),
      ...this.#carrier ? [this.#carrier.run(over)] : [],
      this.#watch(watcher),
      keepHeartbeats(this.#connected, this.#names, {
        machine: this.#chosen.machine,
        limit: this.#options.lostAfterSeconds ?? LOST_TICKS,
        signal: over,
        watched: () => otherMachines(this.#state),
        isReachable: () => this.#stream.isReachable(),
        lost: (machine) => this.#declareLost(machine),
        ticked: (hearsItself) => this.#countSilence(hearsItself),
      }),
    ].map((task) => task.catch((error: unknown) => this.#fail(error)));
    try {
      ready();
      await this.#follow(over);
      if (this.#failure) throw this.#failure.error;
      const leaving = this.#leave(!signal.aborted);
      // Who interrupts it does not wait for a server.
      await (signal.aborted
        ? isInTime(leaving.catch(() => {}), LEAVING_MILLISECONDS)
        : leaving);
    } finally {
      this.#over.abort();
      stop.removeEventListener("abort", wake);
      over.removeEventListener("abort", wake);
      watcher.close();
      await Promise.all(tasks);
      await this.#fetcher[Symbol.asyncDispose]();
    }
    this.#member.end();
    signal.throwIfAborted();
  }

  #leave(isOver: boolean): Promise<void> {
    // The signal ends what the other records wait for.
    const records = isOver ? this.#records : new RunRecords(
      this.#connected,
      this.#options.workflowName,
      { serverTimeoutSeconds: LEAVING_MILLISECONDS / 1000 },
    );
    return leaveRun(records, this.#chosen.n, {
      machine: this.#chosen.machine,
      isOver,
      present: presentMachines(this.#state),
      removeStream: () => this.#stream.remove(),
    });
  }

  /** Releases everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#resources.disposeAsync();
  }

  #newCarrier(): Carrier {
    const { machine } = this.#chosen;
    return new Carrier(machine, this.#stored, this.#served, {
      isSent: (end) => this.#outbox.isSent(end),
      say: (body) => {
        const stamp = { by: this.#member.id, time: wallClock() };
        this.#outbox.say({ ...body, ...stamp });
        this.#outgoing.tell();
      },
      print: this.#options.print,
    });
  }

  get #state(): WorkflowState {
    return this.#member.state;
  }

  /** Has a committed file carried, where the others get to know of it later. */
  #isCarried(line: OutwardLine, end: number): boolean {
    if (line.type !== "committed" || line.file.kind !== "file") return false;
    this.#carrier?.add(line.file, end);
    return this.#carrier !== undefined;
  }

  /** Takes note of each line of the local journal. */
  #folding(state: WorkflowState): Folded {
    const changes: FileChange[] = [];
    state.changes = changes;
    return (event, end) => {
      const done = changes.splice(0);
      if (!event) return;
      for (const { file, is } of done) {
        const isCreated = is === "created" && !file.home;
        if (isCreated) this.#served.add(file);
        if (isCreated && file.kind === "symlink") this.#tellOfLink(file);
        const isReplica = file.home && file.kind === "file";
        if (is === "unnamed" && isReplica) this.#nameless.add(file);
      }
      this.#wishes.note(state, event, done);
      if (event.event === "committed" && event.via) {
        const { via: { machine }, file: number } = event;
        const file = state.foreign.get(keyOfHome({ machine, number }));
        if (file) this.#committed.push(file);
      }
      const lines = outwardLines(state, event, done)
        .filter((line) => !this.#isCarried(line, end));
      if (lines.length === 0) return;
      this.#outbox.add(end, lines);
      this.#outgoing.tell();
    };
  }

  /**
   * Reads the stream up to its present end, says that this machine takes part, and
   * goes on where the agent before it has stopped.
   */
  async #begin(
    messages: AsyncIterator<StoredMessage>,
    signal: AbortSignal,
  ): Promise<void> {
    const { machine, id } = this.#chosen;
    const pending: AcceptedLine[] = [];
    if (this.#carrier) await this.#stored.create();
    const last = await this.#stream.untilLastSequence(signal);
    const readTo = async (sequence: number) => {
      while (sequence > 0) {
        const { value, done } = await abortable(messages.next(), signal);
        signal.throwIfAborted();
        if (done) throw new Error("The stream ended");
        pending.push(...this.#received.take(value));
        if (value.seq >= sequence) return;
      }
    };
    await readTo(last);
    checkMachine(pending, machine, id);
    const epoch = await this.#stream.publish(machine, {
      epoch: 0,
      from: 0,
      to: 0,
      machines: [this.#machineEvent(machine, "here", id)],
      lines: [],
    }, signal);
    await readTo(epoch);
    this.#epoch = this.#received.epoch(machine) ?? epoch;
    this.#outbox.begin(this.#received.expected(machine));
    this.#carrier?.begin(committedBy(pending, machine));
    this.#intake.take(pending);
    this.#checkLost();
  }

  /** Takes in what comes from the stream. */
  async #receive(
    messages: AsyncIterator<StoredMessage>,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const { value, done } = await abortable(messages.next(), signal);
      if (done) return;
      await this.#takeIn(this.#received.take(value), signal);
      this.#news.tell();
      const { machine } = this.#chosen;
      if (this.#received.epoch(machine) !== this.#epoch) {
        throw new CapioError(
          "BACKEND_FAILED",
          `Another agent of machine "${machine}" has taken over`,
        );
      }
    }
  }

  /** Brings lines in; again each second while the disk is full. */
  async #takeIn(
    lines: readonly AcceptedLine[],
    signal: AbortSignal,
  ): Promise<void> {
    const begin = steadyClock();
    for (;;) {
      try {
        // Done again, it changes nothing.
        return this.#intake.take(lines);
      } catch (error) {
        const isOver = steadyClock() - begin >= this.#patience * 1000;
        if (!isDiskFull(error) || isOver) throw error;
        await delay(SPACE_MILLISECONDS, { signal });
      }
    }
  }

  /** Publishes what there is for the others, one message after the other. */
  async #publish(signal: AbortSignal): Promise<void> {
    const { machine } = this.#chosen;
    const news = this.#outgoing.listen();
    while (!signal.aborted) {
      if (this.#outbox.isEmpty) {
        await news.next();
        continue;
      }
      this.#isPublishing = true;
      const message = this.#outbox.take(
        this.#epoch,
        (file) => this.#served.committedSize(file),
      );
      await this.#stream.publish(machine, message, signal);
      this.#isPublishing = false;
      this.#carrier?.wake();
      this.#news.tell();
    }
  }

  /** Sees that the stream is still there: a consumer waits for it for ever. */
  async #watchStream(signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(STREAM_MILLISECONDS, { signal });
      if (await this.#stream.isGone()) throw streamGone();
    }
  }

  /** Tells of what is appended to the local journal. */
  async #watch(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind } of watcher) {
      if (kind === "modify" || kind === "any") this.#news.tell();
    }
  }

  /** Follows the local journal until the run has ended. */
  async #follow(over: AbortSignal): Promise<void> {
    const news = this.#news.listen();
    while (!over.aborted && !this.#hasEnded) {
      this.#member.refresh();
      this.#completeWhole();
      this.#fetcher.want(this.#wishes.files);
      this.#checkLost();
      this.#look();
      this.#endIfDone();
      if (this.#hasEnded) return;
      await news.next(TICK_MILLISECONDS);
    }
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAround < LIVENESS_MILLISECONDS) return;
    this.#lookedAround = now;
    if (!this.#member.isPresent) {
      throw new CapioError(
        "BACKEND_FAILED",
        `The run of workflow "${this.#options.workflowName}" was removed from "${this.#options.capioDir}" while its agent ran`,
      );
    }
    this.#nameless.look((file) => this.#wishes.has(file));
    if (this.#member.steps.length > 0) this.#member.reportLost();
  }

  /** Completes replicas that need no more bytes, whether they are wanted or not. */
  #completeWhole(): void {
    for (const file of this.#committed.splice(0)) {
      if (this.#fetcher.isWhole(file)) this.#completed(file);
    }
  }

  /** Notes that a replica has all of its bytes. */
  #completed(file: WorkflowFile): void {
    const replica = replicaOf(file);
    const mode = file.committedAtHome?.mode;
    if (file.phase !== "open" || replica === undefined) return;
    if (mode !== undefined) this.#replicas.setMode(replica, mode);
    this.#member.append({ event: "whole", file: file.number });
    this.#member.refresh();
    this.#news.tell();
  }

  /** Notes that the rest of a file cannot be had. */
  #gone(file: WorkflowFile, why: string): void {
    if (file.phase !== "open") return;
    const { number, namedBy: member } = file;
    this.#member.append({ event: "lost", file: number, member, why });
    this.#member.refresh();
    this.#news.tell();
  }

  /** Says how it stands with the space for a replica, if there is some for that. */
  #saySpace({ number }: WorkflowFile, is: SpaceEvent["is"]): boolean {
    try {
      this.#member.append({ event: "space", file: number, is });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return false;
    }
    this.#news.tell();
    return true;
  }

  /** For how many seconds it waits for the server, and for space. */
  get #patience(): number {
    return this.#options.serverTimeoutSeconds ?? SERVER_TIMEOUT_SECONDS;
  }

  #tellOfLink({ path }: WorkflowFile): void {
    this.#options.print(
      `"${path}" is a symbolic link, which other machines do not get: they find nothing there`,
    );
  }

  #declareLost(machine: string): void {
    if (this.#declared.has(machine)) return;
    this.#declared.add(machine);
    this.#outbox.say(this.#machineEvent(machine, "lost"));
    this.#outgoing.tell();
  }

  /**
   * Gives up when no server has answered for too long: what waits for other
   * machines fails.
   */
  #countSilence(hearsItself: boolean): void {
    this.#silentTicks = hearsItself ? 0 : this.#silentTicks + 1;
    if (this.#silentTicks < this.#patience) return;
    const why =
      `no NATS server has answered at ${this.#connected.servers} for ${this.#silentTicks} s`;
    for (const file of [...this.#state.replicas.values()]) {
      this.#gone(file, why);
    }
    this.#takeNoPart();
    throw new CapioError(
      "BACKEND_FAILED",
      `Cannot go on: ${why}. Start the server, and the workflow again`,
    );
  }

  /** Tells the members of this machine that nothing more comes from others. */
  #takeNoPart(): void {
    const { machine } = this.#chosen;
    if (this.#state.machines.get(machine)?.is === "lost") return;
    this.#member.append({ event: "machine", machine, is: "lost" });
    this.#member.refresh();
  }

  #checkLost(): void {
    const { machine } = this.#chosen;
    if (this.#state.machines.get(machine)?.is !== "lost") return;
    throw new CapioError(
      "MACHINE_LOST",
      `Machine "${machine}" was silent for too long, so the others have given it up. What it has not sent stays here`,
    );
  }

  /** Says that this machine has done its part, and ends when all have. */
  #endIfDone(): void {
    if (!this.#options.stop.aborted) return;
    const { machine } = this.#chosen;
    const own = this.#state.machines.get(machine)?.is;
    if (own === "here" && !this.#declared.has(machine)) {
      const isBusy = this.#member.steps.length > 0 || this.#isPublishing ||
        !this.#outbox.isEmpty || this.#carrier?.isBusy;
      if (isBusy) return;
      this.#declared.add(machine);
      this.#outbox.say(this.#machineEvent(machine, "done"));
      this.#outgoing.tell();
      return;
    }
    if (isOverEverywhere(this.#state)) this.#hasEnded = true;
  }

  #machineEvent(
    machine: string,
    is: MachinePhase,
    id?: string,
  ): JournalEvent {
    const stamp = { by: this.#member.id, time: wallClock() };
    return { event: "machine", machine, is, ...(id && { id }), ...stamp };
  }

  #fail(error: unknown): void {
    if (!this.#over.signal.aborted && !this.#options.signal.aborted) {
      this.#failure ??= { error };
      const isLost = error instanceof CapioError &&
        error.code === "MACHINE_LOST";
      if (isLost) this.#takeNoPart();
    }
    this.#over.abort();
    this.#news.tell();
  }
}
