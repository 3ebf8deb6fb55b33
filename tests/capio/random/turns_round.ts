import { deadline } from "@std/async";
import { TextLineStream } from "@std/streams";
import { join } from "@std/path";
import { stepCommand } from "@sluice/sluice/capio";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { describeWorkflow, TestDirectory } from "../step.ts";
import { isPerhaps, textOf } from "./texts.ts";
import { PATHS, type Turn, type Turns, TurnTaker } from "./turns.ts";

const ACTOR = import.meta.resolve("./turn_actor.ts");
const config = await stdConfigArgs();
/** No call has reason to take longer, in ms. */
const PATIENCE_MILLISECONDS = 20_000;

/**
 * Takes the turns on plain files, then with processes that take part in a
 * workflow; says what is not the same.
 */
export async function playTurns(plan: Turns): Promise<string[]> {
  using outside = new TestDirectory();
  using inside = new TestDirectory();
  for (const dir of [outside, inside]) {
    for (const [path, text] of Object.entries(plan.given)) {
      Deno.writeTextFileSync(join(dir.path, path), text);
    }
  }
  const taker = new TurnTaker(outside.path);
  const expected: string[] = [];
  for (const turn of plan.turns) {
    expected.push(JSON.stringify(await taker.take(turn)));
  }
  await taker.closeAll();
  const problem = await playInside(inside, plan, expected);
  if (problem) return [problem];
  const trees = [outside, inside].map((dir) => JSON.stringify(treeOf(dir)));
  if (trees[0] === trees[1]) return [];
  return [`the tree is ${trees[1]}, expected ${trees[0]}`];
}

async function playInside(
  dir: TestDirectory,
  plan: Turns,
  expected: readonly string[],
): Promise<string | undefined> {
  const apps = Array.from({ length: plan.processes }, (_, i) => `app${i}`);
  const { committed, mode } = plan;
  const paths = [...PATHS];
  const streaming = [{ name: paths, committed, mode }];
  const cl = dir.writeCl(
    Object.fromEntries(
      // Nobody is told of a directory that was missing when it was its turn.
      apps.map((app) => [app, { writes: [...paths, "d", "e"], streaming }]),
    ),
  );
  await using stack = new AsyncDisposableStack();
  const processes = apps.map((app) =>
    stack.use(new TurnProcess(dir.path, app, cl))
  );
  try {
    // All of them have come before the first one begins.
    for (const process of processes) await process.take(HELLO);
    for (const [i, turn] of plan.turns.entries()) {
      const found = await processes[turn.by].take(turn);
      if (found !== expected[i]) {
        return `turn ${i} gives ${found}, expected ${expected[i]}: ${
          JSON.stringify(turn)
        }`;
      }
    }
    const said = await Promise.all(processes.map((process) => process.end()));
    return said.find((text) => text !== "");
  } catch (error) {
    return `${error}: ${describeWorkflow(dir.path)}`;
  }
}

const HELLO: Turn = { by: 0, form: "deno", do: "size", handle: 0 };

/** A process that takes its turns when it is told. */
class TurnProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;

  constructor(capioDir: string, app: string, cl: string) {
    const { args, env } = stepCommand({
      capioDir,
      appName: app,
      capioClConfigurationFile: cl,
      denoFlags: [...config, "--quiet", "--no-prompt"],
      script: ACTOR,
      args: [capioDir],
    });
    this.#process = new Deno.Command(Deno.execPath(), {
      args,
      env: { ...env, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#errors = new Response(this.#process.stderr).text();
  }

  async take(turn: Turn): Promise<string> {
    await this.#input.write(
      new TextEncoder().encode(`${JSON.stringify(turn)}\n`),
    );
    const { value } = await deadline(
      this.#output.read(),
      PATIENCE_MILLISECONDS,
    );
    return value ?? `the end: ${await this.#errors}`;
  }

  /** Lets it end with what it holds open; says what it complained of. */
  async end(): Promise<string> {
    await this.#input.close();
    const { code } = await deadline(
      this.#process.status,
      PATIENCE_MILLISECONDS,
    );
    const errors = (await this.#errors).split("\n")
      .filter((line) => !isPerhaps(line)).join("\n");
    return code === 0 ? errors : `exit code ${code}: ${errors}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    await this.#input.abort().catch(() => {});
    await this.#output.cancel();
    await this.#errors;
  }
}

function treeOf(dir: TestDirectory): Record<string, string> {
  return Object.fromEntries(
    dir.list().map((path) => {
      const place = join(dir.path, path);
      const isFile = Deno.statSync(place).isFile;
      return [path, isFile ? textOf(Deno.readFileSync(place)) : "/"];
    }),
  );
}
