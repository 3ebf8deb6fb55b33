import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { assertDenoFlag } from "../../../src/cli/capio/arguments/deno_flags.ts";
import { hasTerminals, inTerminal } from "../../support/terminal.ts";
import {
  configFlag,
  ENDLESS,
  isAlive,
  READER,
  Sluice,
  sluice,
  sluiceArgs,
  STREAMED,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "./sluice.ts";

/** The number of the process that a step has told. */
async function pidOf(command: Sluice, step: string): Promise<number> {
  const pattern = new RegExp(`^${step} +\\| .*as process (\\d+)$`, "m");
  return Number((await command.printed(pattern))[1]);
}

Deno.test("all steps run at once, their output marked with their names", async () => {
  using plan = new TestPlan({
    reader: { code: READER },
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
  }, STREAMED);
  await using command = new Sluice("workflow", configFlag, plan.file);
  await pidOf(command, "writer");
  plan.write("go", "");
  const { code, stdout, stderr } = await command.result;
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "reader | read 23 characters\n");
  assertStringIncludes(stderr, "writer | done\n");
  assertStringIncludes(stderr, "All steps ended well after");
  assertStringIncludes(stderr, "a.txt      23 B  committed  written by writer");
  assertStringIncludes(stderr, "b.txt      23 B  committed  written by reader");
  assertEquals(plan.list(), ["a.txt", "b.txt"]);
});

Deno.test("a step gets what the one before writes in its last listeners", async () => {
  using plan = new TestPlan({
    writer: {
      code: `
        import process from "node:process";
        const path = Deno.args[0] + "/a.txt";
        const file = Deno.createSync(path);
        Deno.writeTextFileSync(Deno.args[0] + "/lock", "held");
        const write = (text: string) =>
          file.writeSync(new TextEncoder().encode(text));
        write("early, ");
        addEventListener("unload", () => write("late, "));
        process.on("exit", () => {
          write("last");
          Deno.removeSync(Deno.args[0] + "/lock");
        });`,
    },
    reader: {
      code: `
        const [dir] = Deno.args;
        const text = Deno.readTextFileSync(dir + "/a.txt");
        globalThis.onunload = () => Deno.writeTextFileSync(dir + "/b.txt", text);`,
    },
  }, STREAMED);
  const { code, stderr } = await sluice("workflow", configFlag, plan.file);
  assertEquals(code, 0, stderr);
  assertEquals(plan.list(), ["a.txt", "b.txt"]);
  const text = Deno.readTextFileSync(`${plan.data}/b.txt`);
  assertEquals(text, "early, late, last");
});

Deno.test("the timeline shows who wrote and read what", async () => {
  using plan = new TestPlan({
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
    reader: { code: READER },
  }, STREAMED);
  plan.write("go", "");
  const svg = plan.path("timeline.svg");
  const { code, stderr } = await sluice(
    "workflow",
    configFlag,
    "--timeline",
    svg,
    plan.file,
  );
  assertEquals(code, 0, stderr);
  const picture = await Deno.readTextFile(svg);
  for (const what of ["writer wrote", "reader read"]) {
    assertStringIncludes(picture, `${what} a.txt, 23 B`);
  }
  assertStringIncludes(picture, "reader wrote b.txt, 23 B");
});

Deno.test("a failing step ends the others, and its exit code is the command's", async () => {
  using plan = new TestPlan({
    writer: {
      code: `
        await Deno.writeTextFile(Deno.args[0] + "/b.txt", "unfinished");
        await new Promise((resolve) => setTimeout(resolve, 500));
        Deno.exit(3);`,
    },
    endless: { code: ENDLESS },
    reader: { code: READER },
  });
  const svg = plan.path("timeline.svg");
  const args = [configFlag, "--timeline", svg, plan.file];
  await using command = new Sluice("workflow", ...args);
  const pid = await pidOf(command, "endless");
  const { code, stderr } = await command.result;
  assertEquals(code, 3);
  assertStringIncludes(stderr, `Step "writer" failed with exit code 3 after`);
  assertMatch(stderr, /^ {2}writer +failed with exit code 3 after [\d.]+ s$/m);
  assertMatch(stderr, /^ {2}endless +was stopped after [\d.]+ s$/m);
  const picture = await Deno.readTextFile(svg);
  const texts = [...picture.matchAll(/<text [^>]*>([^<]*)<\/text>/g)]
    .map(([, text]) => text);
  assertEquals(texts[texts.indexOf("endless") + 1], "stopped");
  assertEquals(texts.filter((text) => text === "failed").length, 1);
  assertFalse(isAlive(pid));
  assertEquals(plan.list(), []);
});

Deno.test("a killed step ends the others, and its files are shown as lost", async () => {
  using plan = new TestPlan({
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
    endless: { code: ENDLESS },
  });
  await using command = new Sluice("workflow", configFlag, plan.file);
  const [writer, endless] = await Promise.all([
    pidOf(command, "writer"),
    pidOf(command, "endless"),
  ]);
  Deno.kill(writer, "SIGKILL");
  const { code, stderr } = await command.result;
  assertEquals(code, 137);
  assertStringIncludes(stderr, `Step "writer" was killed by SIGKILL`);
  assertStringIncludes(stderr, "a.txt      12 B  lost");
  assertFalse(isAlive(endless));
  assertEquals(plan.list(), []);
});

Deno.test("Ctrl-C ends all steps", async () => {
  using plan = new TestPlan({
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
    endless: { code: ENDLESS },
  });
  await using command = new Sluice("workflow", configFlag, plan.file);
  const steps = await Promise.all([
    pidOf(command, "writer"),
    pidOf(command, "endless"),
  ]);
  command.kill("SIGINT");
  const { code, stderr } = await command.result;
  assertEquals(code, 130);
  assertStringIncludes(stderr, "sluice workflow: Interrupted after");
  assertEquals(steps.map(isAlive), [false, false]);
  assertEquals(plan.list(), []);
});

Deno.test("a workflow whose steps are running already is not started again", async () => {
  using plan = new TestPlan({ endless: { code: ENDLESS } });
  await using command = new Sluice("workflow", configFlag, plan.file);
  await pidOf(command, "endless");
  const { code, stderr } = await sluice("workflow", configFlag, plan.file);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `of workflow "test" is running in "${plan.data}"`,
  );
});

const OBSTINATE = `
  Deno.addSignalListener("SIGTERM", () => console.log("not yet"));
  ${ENDLESS}`;

Deno.test("a step that does not end when it is told to is killed", async () => {
  using plan = new TestPlan({ obstinate: { code: OBSTINATE } });
  await using command = new Sluice("workflow", configFlag, plan.file);
  const pid = await pidOf(command, "obstinate");
  const begun = performance.now();
  command.kill("SIGTERM");
  const { code, stdout } = await command.result;
  assertEquals(code, 143);
  assertStringIncludes(stdout, "obstinate | not yet");
  assert(performance.now() - begun > 4_900, "it has time to tidy up");
  assertFalse(isAlive(pid));
});

Deno.test("a second Ctrl-C kills steps that are still ending", async () => {
  using plan = new TestPlan({ obstinate: { code: OBSTINATE } });
  await using command = new Sluice("workflow", configFlag, plan.file);
  const pid = await pidOf(command, "obstinate");
  command.kill("SIGINT");
  await command.printed(/not yet/);
  command.kill("SIGINT");
  assertEquals((await command.result).code, 130);
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
});

Deno.test("steps end when nobody is left who reads their output", async () => {
  using plan = new TestPlan({
    chatty: {
      code: `
        console.log("running as process", Deno.pid);
        setInterval(() => console.log("still here"), 20);`,
    },
  });
  const process = new Deno.Command(Deno.execPath(), {
    args: sluiceArgs("workflow", configFlag, plan.file),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  const pid = Number(
    /process (\d+)/.exec(new TextDecoder().decode(value))?.[1],
  );
  await reader.cancel();
  const stderr = await new Response(process.stderr).text();
  assertEquals((await process.status).code, 1);
  assertStringIncludes(stderr, "sluice workflow: Broken pipe");
  assertFalse(isAlive(pid));
});

Deno.test("output comes whole: long lines, and a last one without an end", async () => {
  using plan = new TestPlan({
    printer: {
      code: `
        const print = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
        print("a\\n\\nä");
        await new Promise((resolve) => setTimeout(resolve, 100));
        print("ö\\n");
        for (let i = 0; i < 20; i++) {
          print("x".repeat(10_000));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }`,
    },
  });
  const { code, stdout } = await sluice("workflow", configFlag, plan.file);
  assertEquals(code, 0);
  const lines = stdout.split("\n");
  assertEquals(lines.slice(0, 3), [
    "printer | a",
    "printer | ",
    "printer | äö",
  ]);
  assertEquals(stdout.split("x").length - 1, 200_000);
  assert(lines.length > 5, "a line without an end is not held back for ever");
  assert(lines.every((line) => !line || line.startsWith("printer | ")));
});

Deno.test("a step's own environment and arguments are those of its plan", async () => {
  using plan = new TestPlan({
    step: {
      code:
        `console.log(Deno.args, Deno.env.get("CAPIO_APP_NAME"), Deno.cwd());`,
      denoFlags: ["--allow-read"],
    },
  });
  const { stdout } = await sluice("workflow", configFlag, plan.file);
  assertEquals(stdout, `step | [ "data" ] step ${plan.directory}\n`);
});

Deno.test("a plan whose steps are not those of the graph is refused with both", async () => {
  using plan = new TestPlan({ reader: { code: "" }, wirter: { code: "" } }, {
    name: "test",
    IO_Graph: [{ name: "writer", output_stream: ["a"] }, { name: "reader" }],
  });
  assertEquals(await sluice("workflow", configFlag, plan.file), {
    code: 1,
    stdout: "",
    stderr:
      `sluice workflow: Cannot run "${plan.file}": it must have a step for each app of "${
        plan.path("cl.json")
      }", found the steps "reader", "wirter" in the plan and the apps "writer", "reader" in the configuration\n`,
  });
});

Deno.test("all mistakes of a plan are listed, and no step starts", async (t) => {
  using plan = new TestPlan({ reader: { code: "" } });
  const step = { name: "reader", script: "reader.ts" };
  const cases: [name: string, file: unknown, ...message: string[]][] = [
    [
      "a missing script",
      { steps: [step, { name: "b", script: "b.ts" }] },
      `Cannot run step "b": its script "${plan.path("b.ts")}" does not exist`,
    ],
    [
      "a directory for a script",
      { steps: [{ name: "b", script: "data" }] },
      `Cannot run step "b": its script "${plan.data}" is not a file`,
    ],
    ["no JSON", "{", "$ (line 1, column 2): expected JSON, found the end"],
    [
      "an unknown member",
      { steps: [{ ...step, arg: [] }] },
      "$.steps[0].arg (line 1,",
      `expected no member but "name", "script", "args", "denoFlags"`,
    ],
    [
      "a missing CAPIO-CL file",
      { capioCl: "no.json", steps: [step] },
      `Cannot read the CAPIO-CL configuration "${plan.path("no.json")}"`,
    ],
    [
      "a wrong CAPIO-CL file",
      { capioCl: "wrong.json", steps: [step] },
      `Invalid "${plan.path("wrong.json")}": $.name (line 1,`,
      "\n  $.IO_Graph (line 1,",
      "\n  $.steps (line 1,",
    ],
    [
      "a missing directory",
      { capioDir: "nowhere", steps: [step] },
      `Cannot use "${plan.path("nowhere")}" as capioDir: it does not exist`,
    ],
  ];
  for (const [name, file, ...messages] of cases) {
    await t.step(name, async () => {
      const text = typeof file === "string" ? file : JSON.stringify(file);
      plan.write("wrong.json", text);
      const result = await sluice("workflow", plan.path("wrong.json"));
      assertEquals(result.code, 1);
      assertEquals(result.stdout, "");
      const [, ...others] = result.stderr.trimEnd().split("\n");
      for (const line of others) assertMatch(line, /^ {2}\$/);
      for (const message of messages) {
        assertStringIncludes(result.stderr, message);
      }
    });
  }
});

Deno.test("workflow takes flags of Deno as run does", async () => {
  using plan = new TestPlan({
    step: {
      code: `console.log(Deno.permissions.querySync({ name: "sys" }).state)`,
    },
  });
  const args = [configFlag.replace("--deno-flag=", ""), plan.file];
  const { stdout } = await sluice("workflow", "--allow-sys", ...args);
  assertEquals(stdout, "step | granted\n");
});

Deno.test("no flag of deno run is taken for a slip of an option", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--help=full"],
    env: { NO_COLOR: "1" },
  }).output();
  const flags = new TextDecoder().decode(stdout).matchAll(/ (--[a-z][\w-]+)/g);
  const options = [
    ...["capio-dir", "app-name", "workflow-name", "capio-cl", "memory-dir"],
    ...["silent", "shared", "partial-reads", "deno-flag", "page", "keep-page"],
    "timeline",
  ];
  const all = [...new Set([...flags].map(([, flag]) => flag))];
  assert(all.includes("--allow-net") && all.includes("--node-modules-dir"));
  for (const flag of all) if (flag !== "--help") assertDenoFlag(flag, options);
});

Deno.test("wrong usage is one line, with the help to read", async () => {
  using plan = new TestPlan({ reader: { code: "" } });
  const svg = plan.path("no/timeline.svg");
  const commands = plan.path("commands.json");
  const step = { name: "list", command: ["ls"] };
  plan.write("commands.json", JSON.stringify({ steps: [step] }));
  const cases: [args: string[], code: number, message: string][] = [
    [[], 2, "FILE is missing"],
    [
      ["--deno-flag=no-check", plan.file],
      2,
      `"--deno-flag" must be a flag that begins with "-", found "no-check"`,
    ],
    [
      ["--slient", plan.file],
      2,
      'Unknown option "--slient", did you mean "--silent"?',
    ],
    [
      ["--allow-net", commands],
      2,
      `Unknown option "--allow-net": it would go to "deno run", but no step has a script`,
    ],
    [[plan.file, "b.json"], 2, `Unexpected argument "b.json"`],
    [["nowhere.json"], 1, `Cannot read the workflow "nowhere.json"`],
    [["--timeline", svg, plan.file], 1, `Cannot write the timeline "${svg}"`],
  ];
  for (const [args, code, message] of cases) {
    const result = await sluice("workflow", ...args);
    assertEquals(result.code, code);
    assertStringIncludes(result.stderr.split("\n")[0], message);
  }
});

Deno.test({
  name: "on a terminal the lines below show what each step does",
  ignore: !hasTerminals,
  async fn() {
    using plan = new TestPlan({
      writer: {
        code: `await new Promise((resolve) => setTimeout(resolve, 1500));` +
          `await Deno.writeTextFile(Deno.args[0] + "/a.txt", "text");`,
      },
      reader: { code: READER },
    }, STREAMED);
    const { stdout } = await inTerminal(
      sluiceArgs("workflow", configFlag, plan.file),
    ).output();
    const screen = new TextDecoder().decode(stdout);
    assertStringIncludes(screen, `waits for "a.txt" since`);
    assertStringIncludes(screen, "\x1b[2A\r\x1b[J");
    assertStringIncludes(screen, "All steps ended well");
  },
});
