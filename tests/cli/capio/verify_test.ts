import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { configFlag, sluice, TestPlan } from "./sluice.ts";

/** Rules for a file that one step writes and another one reads. */
const RULES = {
  name: "test",
  IO_Graph: [
    { name: "writes", output_stream: ["between"] },
    {
      name: "reads",
      input_stream: ["between"],
      output_stream: ["out", "time"],
    },
  ],
  permanent: ["out", "time"],
};

const WRITES = `
  // It begins as it did without the outputs of an earlier run.
  await Deno.writeTextFile("data/between", "some", { createNew: true });
  const count = Number(await Deno.readTextFile("data/count")) + 1;
  await Deno.writeTextFile("data/count", String(count));
`;

const READS = `
  const text = await Deno.readTextFile("data/between");
  await Deno.writeTextFile("data/out", text + Deno.args.at(-1).length);
  await Deno.writeTextFile("data/time", String(performance.timeOrigin));
  console.log(text);
`;

Deno.test("what comes out in order twice and at once is compared in copies, and files stay as they are", async () => {
  using plan = new TestPlan({
    writes: { code: WRITES },
    reads: { code: READS },
  }, RULES);
  plan.write("data/count", "1");
  plan.write("data/between", "of an earlier run");
  const { code, stdout, stderr } = await sluice(
    "workflow",
    "--verify",
    configFlag,
    plan.file,
  );
  const lines = stderr.trimEnd().split("\n");
  assertMatch(
    lines.at(-1) ?? "",
    /^sluice workflow: Not verified: 1 of 2 files differ$/,
    stderr,
  );
  assertEquals(code, 1);
  // The configuration does not name it, so it is not kept.
  assertStringIncludes(stderr, "workflow: Different at once: count\n");
  assertStringIncludes(
    stderr,
    "workflow: Differs between two runs in order, not compared: time\n",
  );
  assertStringIncludes(
    stderr,
    "workflow: Not kept by the configuration, not compared: between\n",
  );
  assertEquals(stdout.match(/\| some/g)?.length, 3);
  assertEquals(plan.list(), ["between", "count"]);
  assertEquals(Deno.readTextFileSync(`${plan.data}/count`), "1");
  const [, copies] = /in "([^"]+)"\n/.exec(stderr) ?? [];
  assert(copies.includes("sluice-verify-"));
  assertEquals(isThere(copies), false);

  const ignoring = await sluice(
    "workflow",
    "--verify",
    "--ignore=co*",
    configFlag,
    plan.file,
  );
  assertEquals(ignoring.code, 0, ignoring.stderr);
  assertMatch(
    ignoring.stderr,
    /\nsluice workflow: Verified: the same at once as in order \(1 file and what 1 of the steps print\), [\d.]+ times as fast: [\d.]+ s after [\d.]+ s\n$/,
  );
});

Deno.test("a step that fails, and one that writes past the copies, are named in the verdict", async () => {
  using plan = new TestPlan({
    writes: { code: WRITES },
    reads: { code: "Deno.exit(4);" },
  }, RULES);
  plan.write("data/count", "1");
  const failed = await sluice("workflow", "--verify", configFlag, plan.file);
  assertEquals(failed.code, 4);
  assertMatch(
    failed.stderr,
    /\nsluice workflow: Not verified: in order, step "reads" failed with exit code 4\n$/,
  );

  using other = new TestPlan({
    past: {
      code:
        `Deno.writeTextFileSync(new URL("data/own", import.meta.url), "text");`,
      denoFlags: ["-A"],
    },
  });
  const past = await sluice("workflow", "--verify", configFlag, other.file);
  assertEquals(past.code, 1);
  assertStringIncludes(past.stderr, "not in the copies: own\n");
  assertMatch(past.stderr, /\nsluice workflow: Not verified: [^\n]+\n$/);
});

Deno.test("--sequential runs scripts and programs in order on plain files", async () => {
  using plan = new TestPlan({ first: { code: "" }, last: { code: "" } });
  plan.write(
    "first.ts",
    `Deno.writeTextFileSync("data/b.txt", "b\\na\\n"); console.log(typeof Deno.env);`,
  );
  plan.write(
    "last.ts",
    `console.log(Deno.readTextFileSync("data/new/c.txt"));`,
  );
  const { steps, ...rest } = JSON.parse(Deno.readTextFileSync(plan.file));
  const programs = [
    {
      name: "sort",
      command: ["sort"],
      stdin: "b.txt",
      stdout: "below/sorted.txt",
    },
    {
      name: "copy",
      command: ["cp", "{in:below/sorted.txt}", "{newdir:new}/c.txt"],
    },
    {
      name: "differs",
      command: ["cmp", "-s", "{file:b.txt}", "{in:new/c.txt}"],
      ok: [1],
    },
    { name: "empty", command: ["true", "{out:empty.txt}"] },
  ];
  const all = [steps[0], ...programs, steps[1]];
  plan.write("plan.json", JSON.stringify({ ...rest, steps: all }));
  const { code, stdout, stderr } = await sluice(
    "workflow",
    "--sequential",
    configFlag,
    plan.file,
  );
  assertEquals(code, 0, stderr);
  assertEquals(stdout, "first | object\nlast | a\nlast | b\nlast | \n");
  assertMatch(
    stderr,
    /^sluice workflow: All steps ended well after [\d.]+ s\n$/,
  );
  assertEquals(plan.list(), ["b.txt", "below", "empty.txt", "new"]);

  plan.write(
    "plan.json",
    JSON.stringify({
      ...rest,
      steps: [{ name: "fails", command: ["false"] }, steps[0]],
    }),
  );
  plan.write("first.ts", `console.log("has run")`);
  const failed = await sluice(
    "workflow",
    "--sequential",
    configFlag,
    plan.file,
  );
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertStringIncludes(
    failed.stderr,
    'sluice workflow: Step "fails" failed with exit code 1 after ',
  );
});

Deno.test("a directory of an earlier run is not read before it is made anew", async () => {
  using plan = new TestPlan({}, {
    name: "test",
    IO_Graph: [
      { name: "make", output_stream: ["parts", "parts/*"] },
      {
        name: "list",
        input_stream: ["parts", "parts/*"],
        output_stream: ["names"],
      },
    ],
    permanent: ["*"],
  });
  const steps = [
    { name: "make", command: ["cp", "{file:in}", "{newdir:parts}/new"] },
    { name: "list", command: ["ls", "{dir:parts}"], stdout: "names" },
  ];
  const text = JSON.parse(Deno.readTextFileSync(plan.file));
  plan.write("plan.json", JSON.stringify({ ...text, steps }));
  Deno.mkdirSync(`${plan.data}/parts`);
  plan.write("data/in", "in");
  plan.write("data/parts/old", "old");
  const { code, stderr } = await sluice(
    "workflow",
    "--verify",
    "--with-outputs",
    plan.file,
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(
    stderr,
    "Verified: the same at once as in order (2 files)",
  );
  assertEquals(plan.list(), ["in", "parts"]);
});

Deno.test("a directory for the files that is not there is refused", async () => {
  using plan = new TestPlan({ only: { code: "" } });
  Deno.removeSync(plan.data);
  for (const option of ["--verify", "--sequential"]) {
    const { code, stderr } = await sluice("workflow", option, plan.file);
    assertEquals([code, stderr], [
      1,
      `sluice workflow: Cannot use "${plan.data}" as capioDir: it does not exist, create it first\n`,
    ]);
  }
});

Deno.test("options that exclude each other are refused", async () => {
  for (
    const [args, message] of [
      [
        ["--sequential", "--verify"],
        '"--sequential" cannot be used with "--verify"',
      ],
      [["--ignore=a"], '"--ignore" can be used with "--verify" only'],
    ] as const
  ) {
    const { code, stderr } = await sluice("workflow", ...args, "plan.json");
    assertEquals(code, 2);
    assertStringIncludes(stderr, message);
  }
});

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
