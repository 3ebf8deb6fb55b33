import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { enterCapio } from "@sluice/sluice/capio";
import { eventually } from "../../capio/step.ts";
import {
  configFlag,
  READER,
  Sluice,
  sluice,
  sluiceArgs,
  STREAMED,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "./sluice.ts";

/** A workflow whose reader waits for the rest of what the writer writes. */
async function halfWay(plan: TestPlan): Promise<Sluice> {
  const command = new Sluice("workflow", configFlag, plan.file);
  await command.printed(/writer \| half-way/);
  await eventually(plan.data, (it) => it?.waits.length === 1, "test");
  return command;
}

function streamedPlan(cl = STREAMED): TestPlan {
  return new TestPlan({
    reader: { code: READER },
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
  }, cl);
}

Deno.test("status shows who waits for what, since when and why, and what is missing", async () => {
  using plan = streamedPlan();
  await using _ = await halfWay(plan);
  const args = ["--capio-dir", plan.data, "--workflow-name", "test"];
  const { code, stdout, stderr } = await sluice("status", ...args);
  assertEquals([code, stderr], [0, ""]);
  const missing = `"writer" has closed it 0 of 1 times`;
  const lines = stdout.split("\n").map((line) =>
    line.replaceAll(/ +/g, " ")
      .replaceAll(/process \d+/g, "process N")
      .replaceAll(/since [\d:]{8}/g, "since T")
  );
  const [header, blank, ...others] = lines;
  assertEquals(header, `Workflow "test" in "${plan.data}"`);
  assertEquals(blank, "");
  assertEquals(others.slice(0, 3).sort(), [
    `reader process N waits for "a.txt" since T: ${missing}`,
    "sluice workflow process N running since T",
    "writer process N running since T",
  ]);
  assertEquals(others.slice(3), [
    "",
    `a.txt 12 B open written by writer; held open by writer (process N) since T; not finished: ${missing}`,
    "",
  ]);
  const json = await sluice("status", ...args, "--json");
  const { members, files, waits } = JSON.parse(json.stdout);
  assertEquals(members.length, 3);
  assertEquals(files[0].path, "a.txt");
  assertEquals(waits[0].why, missing);
});

Deno.test("status --follow prints what has changed until the workflow has ended", async () => {
  // A file that is not permanent is gone at the end, but still shown.
  using plan = streamedPlan({ ...STREAMED, permanent: ["b.txt"] });
  await using workflow = await halfWay(plan);
  const args = ["--capio-dir", plan.data, "--workflow-name", "test"];
  await using text = new Sluice("status", ...args, "--follow");
  await using json = new Sluice("status", ...args, "--follow", "--json");
  await Promise.all([text.printed(/a\.txt/), json.printed(/a\.txt/)]);
  await delay(600);
  plan.write("go", "");
  assertEquals((await workflow.result).code, 0);
  const { code, stdout, stderr } = await text.result;
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("Workflow")).length, 1);
  assertEquals(lines.filter((line) => /12 B +open/.test(line)).length, 1);
  assert(lines.some((line) => /^writer .* left$/.test(line)), stdout);
  assert(lines.some((line) => /^a\.txt +(12|23) B +committed/.test(line)));
  assert(lines.some((line) => /^b\.txt +23 B +committed/.test(line)), stdout);
  const [last] = (await json.result).stdout.trim().split("\n").slice(-1);
  const { files } = JSON.parse(last);
  assertEquals(files.map(({ phase }: { phase: string }) => phase), [
    "committed",
    "committed",
  ]);
  assertEquals(plan.list(), ["b.txt"]);
});

Deno.test("status --follow ends when nobody is left who reads it", async () => {
  using plan = streamedPlan();
  await using _ = await halfWay(plan);
  const process = new Deno.Command(Deno.execPath(), {
    args: sluiceArgs(
      "status",
      ...["--capio-dir", plan.data, "--workflow-name", "test"],
      ...["--follow", "--json"],
    ),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(process.stderr).text();
  assertEquals([(await process.status).code, stderr], [0, ""]);
});

Deno.test("Ctrl-C ends status --follow and leaves the workflow alone", async () => {
  using plan = streamedPlan();
  await using workflow = await halfWay(plan);
  const args = ["--capio-dir", plan.data, "--workflow-name", "test"];
  await using follow = new Sluice("status", ...args, "--follow");
  await follow.printed(/a\.txt/);
  follow.kill("SIGINT");
  assertEquals((await follow.result).code, 130);
  plan.write("go", "");
  assertEquals((await workflow.result).code, 0);
});

Deno.test("status says in one line that there is nothing to show", async () => {
  using plan = new TestPlan({});
  const none = ["status", "--capio-dir", plan.data];
  const cases: [args: string[], code: number, message: string][] = [
    [none, 1, `Cannot find a workflow in "${plan.data}"`],
    [[...none, "--follow"], 1, `Cannot find a workflow in "${plan.data}"`],
    [
      [...none, "--workflow-name", "CAPIO"],
      1,
      `Cannot find the workflow "CAPIO" in "${plan.data}"`,
    ],
    [
      ["status", "--capio-dir", "nowhere"],
      1,
      `"nowhere" as capioDir: it does not exist`,
    ],
    [["status", "--nonsense"], 2, 'Unknown option "--nonsense"'],
  ];
  for (const [args, code, message] of cases) {
    const result = await sluice(...args);
    assertEquals([result.code, result.stdout], [code, ""]);
    assertStringIncludes(result.stderr.split("\n")[0], message);
  }
});

Deno.test("status without a name shows the only workflow, or lists them all", async () => {
  using plan = streamedPlan();
  await using _ = await halfWay(plan);
  const args = ["status", "--capio-dir", plan.data];
  const only = await sluice(...args);
  assertEquals(only.code, 0, only.stderr);
  assertStringIncludes(only.stdout, `Workflow "test" in "${plan.data}"\n`);
  const other = enterCapio({ capioDir: plan.data, workflowName: "other" });
  try {
    const all = await sluice(...args);
    assertEquals([all.code, all.stderr], [0, ""]);
    assertEquals(all.stdout.split("\n"), [
      `Workflows in "${plan.data}"`,
      "",
      "other  1 of 1 step running   0 of 0 files unfinished",
      "test   2 of 2 steps running  1 of 1 file unfinished",
      "",
      '"sluice status --workflow-name NAME" shows one of them',
      "",
    ]);
    const json = await sluice(...args, "--json");
    const names = json.stdout.trim().split("\n")
      .map((line) => JSON.parse(line).workflowName);
    assertEquals(names, ["other", "test"]);
    const follow = await sluice(...args, "--follow");
    assertEquals(follow.code, 2);
    assertStringIncludes(
      follow.stderr,
      `"--workflow-name" must be one of those in "${plan.data}", which are "other", "test"`,
    );
  } finally {
    other.leave();
  }
});
