import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CapioWorkspace, parseCapioCl } from "../../../src/capio/mod.ts";
import { nameConfiguration } from "../../../src/cli/capio/plan/plan_text.ts";
import { configFlag, Sluice, sluice, TestPlan } from "./sluice.ts";

const WRITES = `
  for (const n of [1, 2]) await Deno.writeTextFile(\`data/part-\${n}\`, "some");
  await Deno.writeTextFile("data/sought", "0123456789");
`;

const READS = `
  for (const n of [1, 2]) await Deno.readTextFile(\`data/part-\${n}\`);
  using file = await Deno.open("data/sought");
  await file.seek(5, Deno.SeekMode.Start);
  await file.read(new Uint8Array(2));
  try {
    await Deno.readTextFile("data/missing");
  } catch (error) {
    console.log(error.name);
  }
  await Deno.writeTextFile("data/out", "done");
`;

Deno.test("a configuration is learned from the steps in order, written and named in the plan", async () => {
  using plan = new TestPlan({ reads: { code: "" }, writes: { code: "" } });
  plan.write("writes.ts", WRITES);
  plan.write("reads.ts", READS);
  const text = Deno.readTextFileSync(plan.file);
  const { steps, ...rest } = JSON.parse(text);
  plan.write("plan.json", JSON.stringify({ ...rest, steps: steps.reverse() }));
  const { code, stdout, stderr } = await sluice(
    "learn",
    configFlag,
    "--keep=sou*",
    plan.file,
  );
  assertEquals([code, stderr], [0, ""]);
  // What is missing in order is not waited for.
  assertStringIncludes(stdout, "reads | NotFound\n");
  assertStringIncludes(
    stdout,
    `part-[0-9]*  written by writes, used by reads
  on_close       each closed once
  no_update      reads reads on to its end
  not permanent  reads reads it
sought  written by writes, used by reads
  on_close   closed once
  update     reads seeks in it
  permanent  "sou*" is to be kept
`,
  );
  const configuration = plan.path("plan.capio.json");
  const learned = parseCapioCl(Deno.readTextFileSync(configuration));
  assertEquals(learned.permanent, ["out", "sou*"]);
  assertEquals(
    JSON.parse(Deno.readTextFileSync(plan.file)).capioCl,
    "plan.capio.json",
  );
  assertEquals(plan.list(), ["out", "part-1", "part-2", "sought"]);

  const again = await sluice("learn", configFlag, plan.file);
  assertEquals(again.code, 1);
  assertEquals(
    again.stderr,
    `sluice learn: "${configuration}" is there already: replace it with --force, or write another file with --output\n`,
  );
});

Deno.test("a step that fails ends the run, and nothing is learned or written", async () => {
  using plan = new TestPlan({
    first: { code: `Deno.writeTextFileSync("data/a", "b");` },
    fails: { code: "Deno.exit(3);" },
    last: { code: `console.log("has run");` },
  });
  const output = plan.path("other.json");
  const before = Deno.readTextFileSync(plan.file);
  const { code, stdout, stderr } = await sluice(
    "learn",
    configFlag,
    `--output=${output}`,
    plan.file,
  );
  assertEquals([code, stdout], [3, ""]);
  assertEquals(
    stderr,
    `sluice learn: Step "fails" failed with exit code 3: nothing is learned, and "${output}" is not written\n`,
  );
  assertEquals(Deno.readTextFileSync(plan.file), before);
  assert(
    !Array.from(Deno.readDirSync(plan.directory)).some(({ name }) =>
      name === "other.json"
    ),
  );
});

Deno.test("Ctrl-C ends the step that runs, and nothing is written", async () => {
  using plan = new TestPlan({
    runs: { code: `console.log("runs"); setInterval(() => {}, 1000);` },
    last: { code: `console.log("has run");` },
  });
  await using command = new Sluice("learn", configFlag, plan.file);
  await command.printed(/runs \| runs\n/);
  command.kill("SIGINT");
  const { code, stdout, stderr } = await command.result;
  assertEquals(code, 130);
  assertEquals(
    stderr,
    `sluice learn: Interrupted: nothing is learned, and "${
      plan.path("plan.capio.json")
    }" is not written\n`,
  );
  assert(!stdout.includes("has run"));
  assert(
    !Array.from(Deno.readDirSync(plan.directory)).some(({ name }) =>
      name === "plan.capio.json"
    ),
  );
});

Deno.test("a workflow that runs is not learned from", async () => {
  using plan = new TestPlan({ only: { code: "" } });
  using _running = new CapioWorkspace({
    capioDir: plan.data,
    workflowName: "test",
    appName: "other",
  });
  const { code, stderr } = await sluice("learn", configFlag, plan.file);
  assertEquals(code, 1);
  assertEquals(
    stderr,
    `sluice learn: "other" of workflow "test" is running in "${plan.data}", as process ${Deno.pid}: learn when it has ended\n`,
  );
});

Deno.test("the name of a configuration is added to the text of a plan", () => {
  const steps = `"steps": [{ "name": "a", "script": "a.ts" }]`;
  assertEquals(
    nameConfiguration(`{\n  ${steps}\n}\n`, "a.json"),
    `{\n  "capioCl": "a.json",\n  ${steps}\n}\n`,
  );
  assertEquals(
    nameConfiguration(`{${steps}}`, `a"b.json`),
    `{"capioCl": "a\\"b.json",${steps}}`,
  );
  const named = `{ "capioCl": "b.json", ${steps} }`;
  assertEquals(nameConfiguration(named, "a.json"), undefined);
});
