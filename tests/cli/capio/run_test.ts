import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { hasTerminals, inTerminal } from "../../support/terminal.ts";
import {
  denoFlags,
  isAlive,
  Sluice,
  sluice,
  sluiceArgs,
  TestPlan,
} from "./sluice.ts";

/** A script in a directory of its own, and the arguments that run it. */
class TestScript implements Disposable {
  readonly #plan: TestPlan;
  readonly args: readonly string[];

  constructor(code: string) {
    this.#plan = new TestPlan({ script: { code } });
    const script = this.#plan.path("script.ts");
    this.args = ["run", "--capio-dir", this.#plan.data, ...denoFlags, script];
  }

  [Symbol.dispose](): void {
    this.#plan[Symbol.dispose]();
  }
}

/** Ends by itself when it has been told to, with what it was told in its code. */
const POLITE = `
  let count = 0;
  for (const [signal, code] of [["SIGINT", 10], ["SIGTERM", 20]] as const) {
    Deno.addSignalListener(signal, () => {
      count++;
      setTimeout(() => Deno.exit(code + count), 300);
    });
  }
  console.log("running");
  setInterval(() => {}, 1000);`;

Deno.test("the exit code of a script is that of the command", async () => {
  using script = new TestScript(`Deno.exit(7);`);
  await using command = new Sluice(...script.args);
  assertEquals((await command.result).code, 7);
});

Deno.test("--partial-reads is an option of the script's context", async () => {
  using script = new TestScript(
    `console.log(Deno.env.get("CAPIO_PARTIAL_READS"));`,
  );
  const [command, ...rest] = script.args;
  const { code, stdout } = await sluice(command, "--partial-reads", ...rest);
  assertEquals([code, stdout], [0, "1\n"]);
});

Deno.test("arguments after the script, or after two dashes, are for the script", async () => {
  using script = new TestScript(`console.log(Deno.args.join(" "));`);
  const [path, ...options] = [...script.args].reverse();
  const args = options.reverse();
  for (const marked of [[], ["--"]]) {
    const given = [...args, ...marked, path, "--help", "-h"];
    const { code, stdout } = await sluice(...given);
    assertEquals([code, stdout], [0, "--help -h\n"]);
  }
});

Deno.test("wrong usage of run is one line", async () => {
  const cases: [args: string[], code: number, message: string][] = [
    [[], 2, "SCRIPT is missing"],
    [["--"], 2, "SCRIPT is missing"],
    [["--app-name"], 2, `Option "--app-name" needs a value`],
    [["--app-name", "--capio-dir", "d", "a.ts"], 2, `"--app-name" needs`],
    [["/nowhere.ts"], 2, `Cannot run "/nowhere.ts": it does not exist`],
    [["--capio-dir=a,b", import.meta.filename ?? ""], 1, `read "a,b" alone`],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stderr } = await sluice("run", ...args);
    assertEquals(code, expected);
    assertStringIncludes(stderr.split("\n")[0], message);
  }
});

for (const [signal, code] of [["SIGINT", 11], ["SIGTERM", 21]] as const) {
  Deno.test(`a script that is sent ${signal} by way of the command may tidy up, and says how it ended`, async () => {
    using script = new TestScript(POLITE);
    await using command = new Sluice(...script.args);
    await command.printed(/running/);
    command.kill(signal);
    assertEquals((await command.result).code, code);
  });
}

Deno.test("a second signal kills a script that takes its time", async () => {
  using script = new TestScript(`
    Deno.addSignalListener("SIGINT", () => console.log("not yet"));
    console.log("running as process", Deno.pid);
    setInterval(() => {}, 1000);`);
  await using command = new Sluice(...script.args);
  const [, pid] = await command.printed(/process (\d+)/);
  command.kill("SIGINT");
  await command.printed(/not yet/);
  command.kill("SIGTERM");
  assertEquals((await command.result).code, 143);
  while (isAlive(Number(pid))) {
    await new Promise((done) => setTimeout(done, 10));
  }
});

Deno.test({
  name: "Ctrl-C in a terminal reaches a script once",
  ignore: !hasTerminals,
  async fn() {
    using script = new TestScript(POLITE);
    const terminal = inTerminal(sluiceArgs(...script.args), "piped").spawn();
    const output = terminal.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    for (let text = ""; !text.includes("running");) {
      const { done, value } = await output.read();
      assertFalse(done, text);
      text += value;
    }
    const keys = terminal.stdin.getWriter();
    await keys.write(new Uint8Array([3]));
    assertEquals((await terminal.status).code, 11);
    await keys.abort();
    await output.cancel();
  },
});
