import { replicaOperations } from "../../../src/capio/agent/translation/inward.ts";
import { outwardLines } from "../../../src/capio/agent/translation/outward.ts";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/mod.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import {
  type FileChange,
  otherHomeOf,
  type WorkflowFile,
  type WorkflowState,
} from "../../../src/capio/journal/state/mod.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { ModelledSpool } from "./modelled_spool.ts";

/** What a machine has published with one message. */
interface Message {
  readonly machine: string;
  readonly lines: readonly JournalEvent[];
}

/** Machines with a journal each, and the stream that they agree on. */
export class ModelledRun {
  readonly stream: Message[] = [];
  readonly machines: readonly ModelledMachine[];
  readonly random: SeededRandom;
  /** Whether several machines may make files of the same names. */
  readonly hasClaims: boolean;
  #time = 0;

  constructor(
    random: SeededRandom,
    names: readonly string[],
    { hasClaims = false }: { hasClaims?: boolean } = {},
  ) {
    this.random = random;
    this.hasClaims = hasClaims;
    this.machines = names.map((name, n) => new ModelledMachine(this, name, n));
  }

  /** Time is another one on each machine, and decides nothing. */
  time(): number {
    return this.#time++ + this.random.below(20);
  }

  /** Lets something happen somewhere. */
  step(): void {
    const { below, pick } = this.random;
    const machine = pick(this.machines);
    const chance = below(10);
    if (chance < 6) machine.act();
    else if (chance < 7) machine.publish();
    else if (chance < 9) machine.takeIn(1 + below(4));
    else machine.completeReplicas(below(3));
  }

  /** Has a machine say that another one is lost. */
  lose(lost: ModelledMachine): void {
    const observers = this.machines.filter((it) => it !== lost && !it.isLost);
    const { publish, agent } = this.random.pick(observers);
    publish([{
      ...{ event: "machine", machine: lost.name, is: "lost" },
      ...{ by: agent, time: this.time() },
    }]);
  }

  /** Ends all members, and lets everything arrive. */
  finish(): void {
    for (const machine of this.machines) machine.endMembers();
    let size: number;
    do {
      size = this.stream.length;
      for (const machine of this.machines) {
        machine.publish();
        machine.takeIn(Infinity);
        machine.publish();
      }
    } while (this.stream.length > size);
    for (const machine of this.machines) machine.completeReplicas(Infinity);
  }
}

/** A machine: its journal as its members and its agent write and read it. */
export class ModelledMachine {
  readonly name: string;
  readonly agent: string;
  state: WorkflowState;
  /** The files that its members have made, by their numbers. */
  readonly files: Map<number, WorkflowFile> = new Map();
  readonly spool = new ModelledSpool();
  readonly #run: ModelledRun;
  readonly #index: number;
  readonly #outbox: JournalEvent[] = [];
  readonly #changes: FileChange[] = [];
  #taken = 0;
  #members = 0;
  #handles = 0;

  constructor(run: ModelledRun, name: string, index: number) {
    this.#run = run;
    this.name = name;
    this.#index = index;
    this.agent = `${index + 1}00-00000000`;
    this.state = initialState("/data");
    const join = { event: "join", app: "sluice agent", pid: 1 } as const;
    const claims = run.hasClaims ? { claims: true } as const : {};
    this.#append({
      ...{ ...join, agent: { machine: name, id: name, ...claims } },
      ...{ by: this.agent, time: 0 },
    });
    this.state.changes = this.#changes;
    this.publish([{
      ...{ event: "machine", machine: name, is: "here", id: name },
      ...{ by: this.agent, time: 0 },
    }]);
    // On each machine the plan comes before its steps.
    const planner = `${index + 1}0-00000000`;
    this.#tell(planner, { event: "join", app: "plan", pid: 1 });
    this.#tell(planner, { event: "rules", steps: APPS, machines: PLACES });
  }

  /** Whether it knows that it was declared lost. */
  get isLost(): boolean {
    return this.state.machines.get(this.name)?.is === "lost";
  }

  /** Has one of its members do something. */
  act(): void {
    const { below, pick } = this.#run.random;
    const present = this.#present;
    if (present.length === 0 || present.length < 3 && below(8) === 0) {
      return this.#join();
    }
    const id = pick(present);
    // What it does first comes after its join has come back.
    const member = this.state.members.get(id);
    if (member?.uncounted === "join") return;
    const body = this.#body(id);
    // Of one that was killed its agent says so.
    const isKilled = body?.event === "end" && body.ending === "lost";
    if (body) this.#tell(isKilled ? this.agent : id, body);
  }

  /** Ends its members. */
  endMembers(): void {
    for (const id of this.#present) {
      this.#tell(id, { event: "end", member: id, ending: "left" });
    }
  }

  /** Publishes what has gathered, or these lines. */
  readonly publish = (lines: readonly JournalEvent[] = []): void => {
    const all = [...this.#outbox.splice(0), ...lines];
    if (all.length === 0) return;
    this.#run.stream.push({ machine: this.name, lines: all });
  };

  /** Appends what other machines have said. */
  takeIn(most: number): void {
    const { stream } = this.#run;
    const end = Math.min(stream.length, this.#taken + most);
    for (; this.#taken < end; this.#taken++) {
      const { machine, lines } = stream[this.#taken];
      const seq = this.#taken + 1;
      for (const [line, event] of lines.entries()) {
        const via = { machine, seq, line };
        const isOwn = machine === this.name;
        if (!isOwn || event.event === "machine") {
          this.#append({ ...event, via });
        } else if (event.event === "join") {
          this.#confirm({ members: [event.by] });
        } else if (event.event === "end") {
          this.#confirm({ members: [], ended: [event.member] });
        } else if ("made" in event && event.made !== undefined) {
          this.#confirm({ members: [], files: [event.made] });
        }
      }
    }
  }

  /** Says of some replicas that they are whole. */
  completeReplicas(most: number): void {
    const due = [...this.state.replicas.values()]
      .filter((it) => it.committedAtHome).slice(0, most);
    for (const { number: file } of due) {
      const stamp = { by: this.agent, time: this.#run.time() };
      this.#append({ event: "whole", file, ...stamp });
    }
  }

  get #present(): string[] {
    return this.state.members.values()
      .filter((it) => !it.machine && !it.isAgent && !it.ending)
      .map(({ id }) => id).toArray();
  }

  #confirm(
    body: { members: string[]; ended?: string[]; files?: number[] },
  ): void {
    const stamp = { by: this.agent, time: this.#run.time() };
    this.#append({ event: "confirmed", ...body, ...stamp });
  }

  #join(): void {
    const { pick, below } = this.#run.random;
    const id = `${this.#index + 1}${++this.#members}-00000000`;
    const app = pick([this.name, this.name, "shared"]);
    this.#tell(id, { event: "join", app, pid: 1 });
    if (below(3) > 0) return;
    this.#tell(id, { event: "rules", document: pick(DOCUMENTS) });
  }

  /** Appends a line of a member, and passes it on. */
  #tell(by: string, body: EventBody): void {
    const event: JournalEvent = { ...body, by, time: this.#run.time() };
    this.#append(event);
  }

  #append(event: JournalEvent): void {
    for (const operation of replicaOperations(this.state, event)) {
      this.spool.apply(operation);
    }
    this.state = fold(this.state, event);
    const changes = this.#changes.splice(0);
    const made = changes.filter(({ file, is }) =>
      is === "created" && !file.home
    )
      .map(({ file }) => file);
    for (const file of made) this.files.set(file.number, file);
    if (!event.via) this.spool.change(event, made);
    for (const line of outwardLines(this.state, event, changes)) {
      const { type } = line;
      if (type === "said") {
        this.#outbox.push(line.event);
        continue;
      }
      const { file: { number: file }, by, time } = line;
      this.#outbox.push({ event: type, file, size: 1, by, time });
    }
  }

  #body(id: string): EventBody | undefined {
    const { pick, below } = this.#run.random;
    const { state, name } = this;
    // Names of files are of one machine alone; those of directories are shared.
    const names = [`${name}1`, `${name}2`, `${name}_s`];
    if (this.#run.hasClaims) names.push("x", "y");
    const file = () => pick(DIRECTORIES) + pick(names);
    const directory = () => pick(DIRECTORIES.slice(1)).slice(0, -1);
    const opened = [...state.handles.keys()]
      .filter((it) => it.startsWith(`${id}/`))
      .map((it) => Number(it.slice(id.length + 1)));
    const path = file();
    const present = state.paths.get(path);
    const handle = this.#handles++;
    switch (below(12)) {
      case 0:
      case 1:
      case 2: {
        const number = below(9) ? present?.number : below(3);
        const rest = pick([{}, {}, { whole: true }, { anew: true }] as const);
        if (present && present.phase !== "open") return undefined;
        return { event: "open", path, handle, ...rest, file: number };
      }
      case 3:
      case 4:
      case 5:
        return opened.length === 0 ? undefined : {
          ...{ event: "close", handle: pick(opened) },
          ...pick(
            [{}, {}, {}, {}, {}, { failed: true }, { idle: true }] as const,
          ),
        };
      case 6: {
        const rest = pick(
          [{ complete: true }, { handle }, { replaces: true, handle }] as const,
        );
        if ("replaces" in rest && present?.phase !== "committed") {
          return undefined;
        }
        // Links stay on their machines, so that others do not know their names.
        const mayBeLink = !present && path.includes(name);
        const kind = mayBeLink ? pick(["file", "symlink"] as const) : "file";
        return { event: "make", path, kind, ...rest };
      }
      case 7: {
        const made = directory();
        // Where something lies below it, the system refuses.
        const isFull = state.paths.keys().some((it) =>
          it.startsWith(`${made}/`)
        );
        const isThere = state.paths.has(made);
        if (isFull || isThere && below(5)) return undefined;
        return { event: "make", path: made, kind: "directory" };
      }
      case 8: {
        const isDirectory = below(3) === 0;
        const path = isDirectory ? directory() : file();
        if (!this.#isOwn(path)) return undefined;
        return { event: "remove", path, ...isDirectory && { isDirectory } };
      }
      case 9: {
        // A new name of a file is no claim yet, so only its machine has such ones.
        const isDirectory = below(3) === 0 && !this.#run.hasClaims;
        const [from, to] = isDirectory
          ? [directory(), directory()]
          : [file(), pick(DIRECTORIES) + `${name}1`];
        const isInside = `${to}/`.startsWith(`${from}/`) ||
          `${from}/`.startsWith(`${to}/`);
        if (isInside || !state.paths.has(from)) return undefined;
        if (!this.#isOwn(from) || !this.#isOwn(to)) return undefined;
        return { event: "rename", from, to };
      }
      case 10:
        return pick<EventBody>([
          { event: "given", path: pick(["given", path]) },
          { event: "await", path },
          { event: "miss", paths: [path] },
          { event: "read", path, first: 0, bytes: 1, file: present?.number },
        ]);
      default:
        if (below(3)) return undefined;
        return {
          ...{ event: "end", member: id },
          ending: pick(["left", "left", "failed", "lost"]),
        };
    }
  }

  /** Tells whether all at a path and below it is its own, as far as it knows. */
  #isOwn(path: string): boolean {
    return [...this.state.paths.keys(), path]
      .filter((it) => it === path || it.startsWith(`${path}/`))
      .every((it) =>
        otherHomeOf(this.state, it) === undefined &&
        // A file is renamed or removed once it is certain that it has the name.
        this.state.paths.get(it)?.claim === undefined
      );
  }
}

const DIRECTORIES = ["", "d/", "e/", "d/f/"];

const APPS = ["north", "south", "east", "west"];

/** Each machine has a step of its own; that of `shared` runs anywhere. */
const PLACES = Object.fromEntries(APPS.map((app) => [app, app]));

const DOCUMENTS = [0, 1].map((n) =>
  JSON.stringify({
    name: "t",
    IO_Graph: [
      ...APPS.map((name, index) => ({
        name,
        output_stream: [`*${name}*`],
        streaming: n === 0 ? [] : [
          { name: [`d/${name}1`], committed: "on_close" },
          { name: [`e/${name}1`], committed: "on_close:2" },
          {
            name: [`${name}2`],
            committed: "on_file",
            file_deps: [`d/${APPS[(index + 1) % 4]}1`],
          },
          {
            name: [`d/${name}2`],
            committed: "on_file",
            file_deps: ["e", `${APPS[(index + 1) % 4]}2`],
          },
        ],
      })),
      {
        name: "shared",
        output_stream: ["*_s"],
        streaming: n === 0 ? [] : [{
          ...{ dirname: ["e"], committed: "on_n_files" },
          n_files: 2,
        }],
      },
    ],
  })
);
