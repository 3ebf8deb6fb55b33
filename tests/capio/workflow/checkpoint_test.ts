import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { JournalReader } from "../../../src/capio/journal/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const CONFIG = await stdConfigArgs();
const ACTOR = fromFileUrl(import.meta.resolve("./checkpoint_actor.ts"));
/** Kills within a checkpoint, in one run. */
const KILLS = 8;
/** Three hundred and more kills in `task test:long`. */
const RUNS = Deno.env.has("SLUICE_LONG") ? 40 : 1;
/** The journal ends every few dozen events. */
const CHECKPOINT_BYTES = 3000;
/** A checkpoint takes about so many calls of the system. */
const CALLS = 24;
/** Nobody who is alive does nothing for so long. */
const MOST_PATIENCE = 30_000;

/** A process that plays a part, and what it printed. */
class Actor {
  readonly name: string;
  readonly #process: Deno.ChildProcess;
  readonly output: Promise<{ signal: string | null; stderr: string }>;
  readonly lines: string[] = [];
  hasEnded = false;
  #news = Promise.withResolvers<void>();

  constructor(role: string, directory: string, name: string, more: string[]) {
    this.name = name;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "--quiet", ...CONFIG, ACTOR, role],
        ...[directory, name, String(CHECKPOINT_BYTES), ...more],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.output = this.#read();
  }

  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.output;
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }

  /** Resolves when it has said something. */
  async hasSaid(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      assert(!this.hasEnded, `${this.name} has ended without "${line}"`);
      await this.progress();
    }
  }

  /** Resolves when it has done something more, or has ended. */
  async progress(): Promise<void> {
    const { length } = this.lines;
    const tooLate = performance.now() + MOST_PATIENCE;
    while (this.lines.length === length && !this.hasEnded) {
      const latest = this.lines.at(-1);
      assert(
        performance.now() < tooLate,
        `${this.name} does not go on after "${latest}"`,
      );
      await Promise.race([this.#news.promise, delay(100)]);
    }
  }

  /** Resolves when it has ended, however long that takes, if it goes on until then. */
  async end() {
    while (!this.hasEnded) await this.progress();
    return await this.output;
  }

  async #read() {
    const stderr = new Response(this.#process.stderr).text();
    let rest = "";
    const chunks = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of chunks) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    }
    const { signal } = await this.#process.status;
    this.hasEnded = true;
    return { signal, stderr: await stderr };
  }
}

Deno.test("members may be killed at any instant of a checkpoint: nothing committed is lost, and nobody hangs", async () => {
  const random = seededRandom();
  for (let n = 0; n < RUNS; n++) await killInCheckpoints(random);
});

async function killInCheckpoints(random: SeededRandom): Promise<void> {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  await using cleanup = new AsyncDisposableStack();
  const actors: Actor[] = [];
  const begin = (role: string, name: string, ...more: string[]) => {
    const actor = new Actor(role, path, name, more);
    actors.push(actor);
    cleanup.defer(() => actor.kill());
    return actor;
  };
  const stays = begin("produce", "stays");
  await stays.progress();
  const reads = begin("consume", "reads", "stays");
  let hits = 0;
  for (let n = 0; n < KILLS; n += 2) {
    const dying = [n, n + 1].map((n) =>
      begin(
        "produce",
        `p${n}`,
        "",
        String(random.below(CALLS)),
        String(random.below(2)),
      )
    );
    const consumer = begin("consume", `c${n}`, `p${n}`);
    if (random.below(2) > 0) {
      await consumer.progress();
      await delay(random.below(300));
      await consumer.kill();
    }
    for (const it of dying) {
      const { signal } = await it.end();
      if (signal === "SIGKILL") hits++;
    }
    await Promise.all([stays.progress(), reads.progress()]);
  }
  const most = generationIn(path);
  Deno.writeTextFileSync(join(path, "stop"), "");
  const outputs = await Promise.all(actors.map((it) => it.end()));
  const said = actors.flatMap(({ lines }) => lines);
  assertEquals(said.filter((line) => line.startsWith("wrong")), []);
  for (const { stderr } of outputs) assert(!stderr.includes("rror"), stderr);
  assertEquals(stays.lines.at(-1), "left");
  const named = (verb: string) =>
    said.filter((line) => line.startsWith(verb)).map((it) => it.split(" ")[1]);
  const removed = new Set(named("removing "));
  const made = named("made ");
  for (const name of made.filter((name) => !removed.has(name))) {
    const text = Deno.readTextFileSync(join(path, name));
    assertEquals(text.length, 100, name);
  }
  assertEquals([...Deno.readDirSync(path)].filter((it) => it.isDirectory), []);
  console.log(
    `${hits} killed in a checkpoint, ${most} checkpoints, ${made.length} files`,
  );
  assertEquals(hits, KILLS);
}

Deno.test({
  name:
    "a reader that was stopped during checkpoints reads its file to the end",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = new TemporaryDirectory();
    const { path } = directory;
    await using cleanup = new AsyncDisposableStack();
    const begin = (role: string, name: string, ...more: string[]) => {
      const actor = new Actor(role, path, name, more);
      cleanup.defer(() => actor.kill());
      return actor;
    };
    const writer = begin("write", "writes");
    await writer.hasSaid("wrote");
    const reader = begin("read", "reads", "writes");
    await reader.hasSaid("opened");
    reader.signal("SIGSTOP");
    const others = [
      begin("produce", "p"),
      begin("consume", "c", "p"),
    ];
    await checkpoints(path, 2);
    Deno.writeTextFileSync(join(path, "go"), "");
    await writer.hasSaid("closed");
    await checkpoints(path, 2);
    reader.signal("SIGCONT");
    await reader.hasSaid("read first second");
    Deno.writeTextFileSync(join(path, "stop"), "");
    for (const actor of [writer, reader, ...others]) {
      assertEquals((await actor.end()).stderr, "");
    }
    const text = Deno.readTextFileSync(join(path, "writes-held"));
    assertEquals(text, "first second");
  },
});

/** Resolves after so many more checkpoints. */
async function checkpoints(path: string, count: number): Promise<void> {
  const target = generationIn(path) + count;
  while (generationIn(path) < target) await delay(50);
}

function generationIn(directory: string): number {
  using reader = new JournalReader(join(directory, ".capio/CAPIO/journal"));
  return reader.head?.generation ?? -1;
}
