import { assert, assertEquals } from "@std/assert";
import {
  createJournal,
  type EventBody,
  JournalFollower,
  JournalReader,
  type WorkflowFile,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import { MemberJournal } from "../../../src/capio/workflow/member_journal.ts";
import { WorkflowFolder } from "../../../src/capio/workflow/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { randomEvents } from "./random_events.ts";

const ROUNDS = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.5) * 80;
/** A checkpoint every few events. */
const checkpointBytes = 600;

/** A run whose members are all in this process. */
class Run implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly #held = new DisposableStack();
  readonly folder = new WorkflowFolder(this.#directory.path, "CAPIO");

  constructor() {
    using _ = this.folder.lock("test");
    this.folder.create();
    createJournal(this.folder.journal, this.folder.check, { checkpointBytes });
  }

  /** Follows the journal without taking part. */
  follow(): JournalFollower {
    const { journal, capioDir, check } = this.folder;
    return this.#held.use(new JournalFollower(journal, capioDir, check));
  }

  /** Takes part. */
  join(id: string): MemberJournal {
    const follower = this.follower(id);
    follower.append({ event: "join", app: id.slice(0, 1), pid: 1 });
    return follower;
  }

  follower(id: string): MemberJournal {
    const follower = this.follow();
    return this.#held.use(
      new MemberJournal(id, this.folder, follower, {
        ring: () => {},
        makeNext: () => {
          follower.makeNext({ checkpointBytes });
        },
      }),
    );
  }

  get generation(): number {
    using reader = new JournalReader(this.folder.journal, this.folder.check);
    return reader.head?.generation ?? -1;
  }

  [Symbol.dispose](): void {
    this.#held.dispose();
    this.#directory[Symbol.dispose]();
  }
}

Deno.test("members that go over to later journals at any time agree, and no event is lost or doubled", () => {
  const random = seededRandom();
  let generations = 0;
  for (let n = 0; n < ROUNDS; n++) {
    using run = new Run();
    // The members of the events, and some that look at times.
    const members = new Map<string, MemberJournal>();
    const others = [run.follow(), run.follow(), run.follow()];
    let made = 0;
    for (const { by, time: _, ...body } of randomEvents(random, 60)) {
      const member = members.getOrInsertComputed?.(by, () =>
        run.follower(by)) ??
        members.get(by) ?? run.follower(by);
      members.set(by, member);
      member.append(body as EventBody);
      member.append({
        event: "make",
        path: `more/${made++}`,
        kind: "file",
        complete: true,
      });
      member.append({ event: "remove", path: `more/${made - 1}` });
      if (random.below(3) === 0) member.checkpoint();
      if (random.below(4) === 0) random.pick(others).catchUp();
    }
    const states = [...members.values(), ...others, run.follow()]
      .map((it) => it.catchUp());
    const [first] = states;
    for (const state of states) assertEqual(state, first);
    const makings = first.created;
    assert(makings >= made, `${makings} of ${made} files`);
    assertEquals(first.passedOver, 0);
    generations += run.generation;
  }
  assert(generations > ROUNDS, `${generations} checkpoints`);
});

Deno.test("a position in the journal is the same before and after checkpoints", () => {
  using run = new Run();
  const member = run.join("1-00000000");
  let bytes = 0;
  const positions: number[] = [];
  for (let n = 0; n < 200; n++) {
    const before = sizes(run);
    member.append({ event: "given", path: `file-${n}` });
    member.checkpoint();
    const after = sizes(run);
    if (before.generation === after.generation) {
      bytes += after.size - before.size;
    } else positions.push(after.position);
  }
  assert(positions.length > 3);
  const sorted = [...positions].sort((a, b) => a - b);
  assertEquals(positions, sorted);
  // Besides the events above, each checkpoint has a line of its own.
  const end = sizes(run);
  assert(end.position > bytes / 2 && end.position < 3 * bytes + 200 * 100);
});

Deno.test("who slept during checkpoints knows how the files ended that it has open", () => {
  using run = new Run();
  const sleeper = run.join("1-00000000");
  const writer = run.join("2-00000000");
  const dying = run.join("3-00000000");
  const make = (member: MemberJournal, path: string, handle: number) =>
    member.append({ event: "make", path, kind: "file", handle });
  const document = JSON.stringify({
    name: "t",
    IO_Graph: [{
      name: "2",
      output_stream: ["*"],
      streaming: [{ name: ["*"], committed: "on_close" }],
    }],
  });
  writer.append({ event: "rules", document });
  const names = ["finished", "lost", "discarded", "held", "kept", "renamed"];
  for (const [index, name] of names.entries()) {
    make(name === "lost" ? dying : writer, name, index);
  }
  const files = new Map<string, WorkflowFile>();
  for (const name of names) {
    const file = sleeper.catchUp().paths.get(name);
    assert(file);
    files.set(name, file);
  }
  const { state } = sleeper;
  // What follows stands in a journal that the sleeper never reads.
  checkpoints(run, writer, 1);
  writer.append({ event: "close", handle: 0 });
  dying.append({ event: "end", member: dying.id, ending: "failed" });
  for (const path of ["finished", "lost", "discarded", "held"]) {
    writer.append({ event: "remove", path });
  }
  writer.append({ event: "close", handle: 2 });
  writer.append({ event: "rename", from: "renamed", to: "other" });
  checkpoints(run, writer, 3);
  sleeper.catchUp();
  assertEquals(sleeper.state, state);
  const outcome = (name: string) => {
    const { phase, unlinked, isDiscarded, lostBy, path } = files.get(name) ??
      assertNever();
    return { phase, unlinked, isDiscarded, lostBy, path };
  };
  const gone = { unlinked: true, lostBy: undefined };
  assertEquals(
    names.map(outcome),
    [
      { ...gone, phase: "committed", isDiscarded: false, path: "finished" },
      {
        ...gone,
        phase: "lost",
        isDiscarded: true,
        lostBy: dying.id,
        path: "lost",
      },
      { ...gone, phase: "committed", isDiscarded: true, path: "discarded" },
      { ...gone, phase: "open", isDiscarded: true, path: "held" },
      {
        phase: "open",
        unlinked: false,
        isDiscarded: false,
        lostBy: undefined,
        path: "kept",
      },
      {
        phase: "open",
        unlinked: false,
        isDiscarded: false,
        lostBy: undefined,
        path: "other",
      },
    ],
  );
  // The objects are those that later events change.
  writer.append({ event: "close", handle: 4 });
  writer.append({ event: "close", handle: 3 });
  sleeper.catchUp();
  assertEquals(outcome("kept").phase, "committed");
  assertEquals(outcome("held").phase, "committed");
  assertEquals(sleeper.state.paths.get("kept"), files.get("kept"));
});

Deno.test("a damaged checkpoint is no run to join, and who is in it stays where it is", () => {
  using run = new Run();
  const writer = run.join("2-00000000");
  const sleeper = run.join("1-00000000");
  sleeper.catchUp();
  checkpoints(run, writer, 3);
  const text = Deno.readTextFileSync(run.folder.journal);
  assert(text.includes('["member",'));
  Deno.writeTextFileSync(
    run.folder.journal,
    text.replace('["member",', '["nobody",'),
  );
  assertEquals(run.follow().format.type, "foreign");
  const members = sleeper.catchUp().members.size;
  assertEquals(members, 2);
});

Deno.test("what is left of a journal whose maker was killed is removed at the next checkpoint", () => {
  using run = new Run();
  const writer = run.join("2-00000000");
  const left = `${run.folder.journal}-new-${crypto.randomUUID()}`;
  Deno.writeTextFileSync(left, "{");
  checkpoints(run, writer, 1);
  const names = [...Deno.readDirSync(run.folder.base)].map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("journal")), ["journal"]);
});

Deno.test("a copy of a journal has its checkpoint, to be looked at on request", () => {
  using run = new Run();
  const writer = run.join("2-00000000");
  writer.append({ event: "make", path: "a", kind: "file", complete: true });
  checkpoints(run, writer, 1);
  const copy = `${run.folder.journal}.copy`;
  Deno.copyFileSync(run.folder.journal, copy);
  using follower = new JournalFollower(copy, run.folder.capioDir);
  assertEquals(follower.format.type, "foreign");
  assertEquals([...follower.catchUp().paths.keys()], ["a"]);
});

function assertNever(): never {
  throw new Error("There is such a file");
}

/** Lets a member append until there were so many checkpoints. */
function checkpoints(run: Run, member: MemberJournal, count: number): void {
  const target = run.generation + count;
  for (let n = 0; run.generation < target; n++) {
    const path = `more/${n % 10}`;
    member.append({ event: "make", path, kind: "directory", complete: true });
    member.append({ event: "remove", path, isDirectory: true });
    member.checkpoint();
  }
}

function sizes({ folder }: Run) {
  using reader = new JournalReader(folder.journal, folder.check);
  const { generation = 0, position = 0 } = reader.head ?? {};
  return { generation, position, size: Deno.statSync(folder.journal).size };
}

/** Compares all of two states. */
function assertEqual(one: WorkflowState, other: WorkflowState): void {
  assertEquals(one.engine.apps, other.engine.apps);
  for (const name of Object.keys(other)) {
    if (name === "engine") continue;
    const [left, right] = [one, other].map((it) => Reflect.get(it, name));
    assertEquals(comparable(left), comparable(right), name);
  }
}

/** Neither the order of fields nor fields without a value count. */
function comparable(value: unknown): unknown {
  if (value instanceof Map) {
    const entries = [...value].filter(([, it]) => it?.size !== 0);
    return new Map(entries.map(([key, it]) => [key, comparable(it)]));
  }
  if (value instanceof Set) return new Set([...value].map(comparable));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  // Rules that came after the end of a file have no meaning for it.
  const { rule: _, ...ended } = value as { rule?: unknown; phase?: string };
  const fields = ended.phase === "committed" || ended.phase === "lost"
    ? ended
    : value;
  return Object.fromEntries(
    Object.entries(fields).filter(([, it]) => it !== undefined)
      .map(([name, it]) => [name, comparable(it)]),
  );
}
