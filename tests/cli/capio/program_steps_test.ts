import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { MARK, markedProcesses } from "../../capio/exec/program_workflow.ts";
import { streamed, TestDirectory } from "../../capio/step.ts";
import { configFlag, Sluice, sluice } from "./sluice.ts";

/** A directory with a plan of programs. */
function planIn(directory: TestDirectory, steps: object[]): string {
  const cl = directory.writeCl({
    first: { ...streamed("a.txt"), reads: [] },
    second: { ...streamed("b.txt"), reads: ["a.txt"] },
  });
  const path = join(directory.path, "plan.json");
  const env = { [MARK]: directory.path };
  Deno.mkdirSync(join(directory.path, "data"));
  Deno.writeTextFileSync(
    path,
    JSON.stringify({
      capioDir: "data",
      capioCl: cl,
      steps: steps.map((step) => ({ ...step, env })),
    }),
  );
  return path;
}

const sh = (
  script: string,
  ...args: string[]
) => ["sh", "-c", script, "sh", ...args];

Deno.test("programs and scripts are steps of one plan, and the summary has the statuses", async () => {
  using directory = new TestDirectory();
  const script = join(directory.path, "copy.ts");
  Deno.writeTextFileSync(
    script,
    `await Deno.copyFile("data/b.txt", "data/c.txt"); console.log("copied");`,
  );
  const plan = planIn(directory, [
    { name: "first", command: sh("echo 1; echo told >&2"), stdout: "a.txt" },
    {
      name: "second",
      command: sh('cat "$1"; exit 4', "{in:a.txt}"),
      stdout: "b.txt",
      ok: [4],
    },
  ]);
  const text = JSON.parse(Deno.readTextFileSync(plan));
  text.steps.push({ name: "third", script: "copy.ts" });
  text.capioCl = undefined;
  Deno.writeTextFileSync(plan, JSON.stringify(text));
  const { code, stdout, stderr } = await sluice("workflow", configFlag, plan);
  assertEquals([code, stdout], [0, "third  | copied\n"], stderr);
  assertMatch(stderr, /^first {2}\| told$/m);
  assertMatch(stderr, /^ {2}first {3}ended with status 0 after \d+\.\d s$/m);
  assertMatch(stderr, /^ {2}second {2}ended with status 4 after \d+\.\d s$/m);
  assertEquals(
    Deno.readTextFileSync(join(directory.path, "data/c.txt")),
    "1\n",
  );
});

Deno.test("a program that fails stops the others, and what they have started", async () => {
  using directory = new TestDirectory();
  const plan = planIn(directory, [
    {
      name: "first",
      command: sh("echo 1; sleep 0.5; exit 5"),
      stdout: "a.txt",
    },
    { name: "second", command: ["cat"], stdin: "a.txt", stdout: "b.txt" },
    { name: "third", command: sh("sleep 100; true") },
  ]);
  const { code, stderr } = await sluice("workflow", plan);
  assertEquals(code, 5, stderr);
  assertStringIncludes(
    stderr,
    `sluice workflow: Step "first" failed: "sh" ended with status 5, after`,
  );
  assertMatch(stderr, /^ {2}third {3}was stopped after/m);
  assertEquals(markedProcesses(directory.path), []);
  assertEquals([...Deno.readDirSync(join(directory.path, "data"))], []);
});

for (const signals of [["SIGINT"], ["SIGTERM", "SIGTERM"]] as const) {
  Deno.test(`${signals.join(" and ")} ends all programs of a workflow and what they have started`, async () => {
    using directory = new TestDirectory();
    const ignoring = signals.length > 1 ? "trap '' TERM INT; " : "";
    const loop = `${ignoring}echo ready; while true; do sleep 0.1; done`;
    const plan = planIn(directory, [
      {
        name: "first",
        command: sh(`${ignoring}echo 1; (sleep 100; true)`),
        stdout: "a.txt",
      },
      { name: "second", command: sh(loop), stdin: "a.txt", stderr: "b.txt" },
      { name: "third", command: sh(loop) },
    ]);
    await using command = new Sluice("workflow", plan);
    await command.until(() => command.stdout.split("ready").length > 2);
    for (const signal of signals) {
      command.kill(signal);
      await delay(100);
    }
    assertEquals(
      (await command.result).code,
      signals[0] === "SIGINT" ? 130 : 143,
    );
    for (
      let tries = 0;
      markedProcesses(directory.path).length > 0 && tries < 50;
      tries++
    ) {
      await delay(20);
    }
    assertEquals(markedProcesses(directory.path), []);
    if (signals.length === 1) {
      assertEquals([...Deno.readDirSync(join(directory.path, "data"))], []);
    }
  });
}
