import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AgentProcess } from "../../../src/capio/backend/agent_process.ts";
import type { StartAgentOptions } from "../../../src/capio/backend/backend_options.ts";
import { CapioError } from "../../../src/capio/mod.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** A process in the place of the agent: its starts are lines of a file. */
class StandIn implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly printed: string[] = [];

  /** @param code Runs after `started`, the number of this start, is known. */
  constructor(code: string) {
    const file = JSON.stringify(this.#file);
    Deno.writeTextFileSync(
      `${this.#directory.path}/agent.ts`,
      `Deno.writeTextFileSync(${file}, Deno.pid + "\\n", { append: true });
      const started = Deno.readTextFileSync(${file}).split("\\n").length - 1;
      const until = (signal: Deno.Signal, code: number) =>
        Deno.addSignalListener(signal, () => Deno.exit(code));
      ${code}`,
    );
  }

  get #file(): string {
    return `${this.#directory.path}/starts`;
  }

  /** The numbers of the processes that were started. */
  get pids(): number[] {
    const text = Deno.readTextFileSync(this.#file);
    return text.trim().split("\n").map(Number);
  }

  start(options: Partial<StartAgentOptions> = {}): Promise<AgentProcess> {
    return AgentProcess.start({
      capioDir: this.#directory.path,
      workflowName: "test",
      machine: "north",
      server: { servers: "localhost:4222" },
      print: (line) => this.printed.push(line),
      ...options,
    }, ({ anew }) => ({
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--no-config",
        "-A",
        `${this.#directory.path}/agent.ts`,
        ...anew ? ["--anew"] : [],
      ],
      env: {},
    }));
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

const READY = `
  until("SIGTERM", 0);
  until("SIGINT", 130);
  console.log("ready");
  setInterval(() => {}, 1000);`;

Deno.test("an agent that is killed is started again, and not anew", async () => {
  using standIn = new StandIn(`
    console.error("with", Deno.args.join());
    ${READY}`);
  const agent = await standIn.start({ anew: true });
  Deno.kill(standIn.pids[0], "SIGKILL");
  while (standIn.pids.length < 2) await new Promise((go) => setTimeout(go, 20));
  await agent.stop();
  assertEquals(standIn.pids.length, 2);
  assertEquals(standIn.printed, [
    "with --anew",
    'The agent of machine "north" was killed by SIGKILL, and is started again',
    "with ",
  ]);
});

Deno.test("an agent that was told to stop is told again when it dies before", async () => {
  using standIn = new StandIn(`
    if (started === 1) {
      Deno.addSignalListener("SIGTERM", () => Deno.kill(Deno.pid, "SIGKILL"));
      console.log("ready");
      setInterval(() => {}, 1000);
    } else {
      ${READY}
    }`);
  const agent = await standIn.start();
  await agent.stop();
  assertEquals(standIn.pids.length, 2);
});

Deno.test("an agent that ends before it is ready fails with its own words", async () => {
  using standIn = new StandIn(`
    console.error("sluice agent: Waiting");
    console.error("sluice agent: Cannot connect to localhost:4222: no server");
    Deno.exit(1);`);
  const error = await assertRejects(() => standIn.start(), CapioError);
  assertEquals(error.code, "BACKEND_FAILED");
  assertEquals(
    error.message,
    "Cannot connect to localhost:4222: no server",
  );
  assertEquals(standIn.printed[0], "sluice agent: Waiting");
});

Deno.test("an agent that fails after it was ready is started again until it fails before", async () => {
  using standIn = new StandIn(`
    if (started < 3) console.log("ready");
    console.error("broken");
    Deno.exit(1);`);
  const agent = await standIn.start();
  const error = await assertRejects(() => agent.ended, CapioError, "broken");
  assertEquals(standIn.pids.length, 3);
  assertMatch(standIn.printed.join("\n"), /failed with exit code 1, and is/);
  await assertRejects(() => agent.stop(), CapioError, error.message);
});

Deno.test("a signal ends the start of an agent", async () => {
  using standIn = new StandIn(`
    until("SIGINT", 130);
    console.error("waiting");
    setInterval(() => {}, 1000);`);
  const ending = new AbortController();
  await assertRejects(
    () =>
      standIn.start({
        signal: ending.signal,
        print: () => ending.abort(new Error("enough")),
      }),
    Error,
    "enough",
  );
});
