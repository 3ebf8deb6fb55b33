import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { configFlag, Sluice, sluice, TestPlan } from "./sluice.ts";

const START = `
  import fs from "node:fs";
  const dir = Deno.args[0];
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;
/** Waits for a sign, which is no file of the workflow. */
const until = (sign: string) => `
  while (!(await Deno.stat("${sign}").catch(() => undefined))) await pause(10);`;
const give = (sign: string) => `Deno.writeTextFileSync("${sign}", "");`;

/** A plan of steps that give each other signs. */
function planOf(
  steps: Record<string, string>,
  capioCl?: Record<string, unknown>,
): TestPlan {
  const withFlags = Object.entries(steps).map(([name, code]) => [
    name,
    {
      code: `${START} ${code}`,
      denoFlags: ["--allow-read=.", "--allow-write=."],
    },
  ]);
  return new TestPlan(Object.fromEntries(withFlags), capioCl);
}

async function runPlan(
  plan: TestPlan,
): Promise<{ code: number; stderr: string; stdout: string }> {
  return await sluice("workflow", configFlag, plan.file);
}

/** A graph: for each app what it reads and writes. */
function graph(
  apps: Record<string, [reads: string[], writes: string[]]>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const IO_Graph = Object.entries(apps).map(([name, [reads, writes]]) => ({
    name,
    input_stream: reads,
    output_stream: writes,
  }));
  return { name: "test", IO_Graph, permanent: ["*"], ...more };
}

Deno.test("a second run without a configuration that reads the files of the first one is told", async () => {
  using plan = planOf({
    producer: `
      if (fs.existsSync("second")) { ${until("read")} }
      await Deno.writeTextFile(dir + "/out.txt", "made");`,
    consumer: `
      console.log(await Deno.readTextFile(dir + "/out.txt"));
      ${give("read")}`,
  });
  assertEquals((await runPlan(plan)).code, 0);
  plan.write("second", "");
  Deno.removeSync(plan.path("read"));
  const { code, stderr } = await runPlan(plan);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    "sluice workflow: consumer read out.txt before producer wrote it, so out of date or of an earlier run",
  );
});

Deno.test("a step that misses a file that an earlier one makes later is told", async () => {
  for (const look of ["Deno.readTextFileSync(path)", "fs.statSync(path)"]) {
    using plan = planOf(
      {
        producer: `
          ${until("looked")}
          await Deno.writeTextFile(dir + "/settings.json", "{}");`,
        consumer: `
          const path = dir + "/settings.json";
          try { ${look}; } catch { console.log("defaults"); }
          ${give("looked")}`,
      },
      graph({ producer: [[], ["data"]], consumer: [["data"], []] }),
    );
    const { code, stdout, stderr } = await runPlan(plan);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stdout, "consumer | defaults");
    assertStringIncludes(
      stderr,
      "sluice workflow: consumer looked for settings.json before producer made it, and did without it",
    );
  }
});

Deno.test("a step that gets a clean end of a file that is written on is told", async () => {
  const rule = { name: ["log"], committed: "on_close", mode: "no_update" };
  const streaming = { streaming: [rule] };
  const apps = [
    { name: "producer", output_stream: ["log"], ...streaming },
    { name: "consumer", input_stream: ["log"] },
  ];
  using plan = planOf({
    producer: `
      await Deno.writeTextFile(dir + "/log", "one", { append: true });
      ${until("read")}
      await Deno.writeTextFile(dir + "/log", "two", { append: true });`,
    consumer: `
      console.log(await Deno.readTextFile(dir + "/log"));
      ${give("read")}`,
  }, { name: "test", IO_Graph: apps, permanent: ["*"] });
  const { code, stderr } = await runPlan(plan);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    "sluice workflow: log was changed by producer after consumer had read it to its end",
  );
});

for (
  const [name, capioCl] of [
    [
      "which the graph names",
      graph({
        first: [[], ["data"]],
        last: [["data"], ["report.html"]],
      }),
    ],
    [
      "which the graph does not name",
      graph({
        first: [[], ["data"]],
        last: [["data"], []],
      }),
    ],
    [
      "where the graph says nothing of the steps",
      graph({
        first: [[], ["data"]],
        last: [[], ["report.html"]],
      }),
    ],
    ["without a configuration", undefined],
  ] as const
) {
  Deno.test(`a first step looks for the last output without a wait: ${name}`, async () => {
    using plan = planOf({
      first: `
        const report = dir + "/report.html";
        console.log(fs.existsSync(report), await Deno.stat(report).then(
          () => "there", (error) => error.name));
        await Deno.writeTextFile(dir + "/data", "data");`,
      last: `
        const report = await Deno.open(dir + "/report.html",
          { write: true, create: true });
        await Deno.readTextFile(dir + "/data");
        report.close();`,
    }, capioCl);
    const { code, stdout, stderr } = await runPlan(plan);
    assertEquals([code, stdout.trim()], [0, "first | false NotFound"], stderr);
  });
}

Deno.test("a file that is not permanent is shown as not kept, and told when nobody has read it", async () => {
  using plan = planOf(
    {
      producer: `
        await Deno.writeTextFile(dir + "/read.txt", "read");
        await Deno.writeTextFile(dir + "/lost.txt", "lost");
        await Deno.writeTextFile(dir + "/kept.txt", "kept");`,
      consumer: `await Deno.readTextFile(dir + "/read.txt");`,
    },
    graph({ producer: [[], ["*"]], consumer: [["read.txt"], []] }, {
      permanent: ["kept.txt"],
    }),
  );
  const { code, stderr } = await runPlan(plan);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /read\.txt +4 B +not kept /);
  assertMatch(stderr, /lost\.txt +4 B +not kept /);
  assertMatch(stderr, /kept\.txt +4 B +committed /);
  assertStringIncludes(
    stderr,
    'sluice: not kept, and read by nobody: "lost.txt". Name under "permanent"',
  );
  assertEquals(plan.list(), ["kept.txt"]);
});

Deno.test("a step is told whose bytes are changed after it has read them", async () => {
  const rule = { name: ["big"], committed: "on_close", mode: "no_update" };
  const apps = [
    { name: "producer", output_stream: ["big"], streaming: [rule] },
    { name: "consumer", input_stream: ["big"] },
  ];
  using plan = planOf({
    producer: `
      using file = await Deno.open(dir + "/big", { write: true, create: true });
      await file.write(new Uint8Array(10));
      ${until("read")}
      await file.seek(0, Deno.SeekMode.Start);
      await file.write(new Uint8Array(5));`,
    consumer: `
      using file = await Deno.open(dir + "/big");
      await file.read(new Uint8Array(10));
      ${give("read")}
      await file.read(new Uint8Array(10));`,
  }, { name: "test", IO_Graph: apps, permanent: ["*"] });
  const { code, stderr } = await runPlan(plan);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    "sluice workflow: big was changed by producer in a part that consumer had read",
  );
});

Deno.test("a step that goes by the size of a growing file is told", async () => {
  const rule = { name: ["big"], committed: "on_close", mode: "no_update" };
  const apps = [
    { name: "producer", output_stream: ["big"], streaming: [rule] },
    { name: "consumer", input_stream: ["big"] },
  ];
  using plan = planOf({
    producer: `
      const file = await Deno.open(dir + "/big", { write: true, create: true });
      await file.write(new Uint8Array(10));
      ${give("begun")} ${until("read")}
      await file.write(new Uint8Array(90));
      ${give("grown")}
      file.close();`,
    consumer: `
      ${until("begun")}
      const { size } = await Deno.stat(dir + "/big");
      using file = await Deno.open(dir + "/big");
      await file.read(new Uint8Array(size));
      ${give("read")} ${until("grown")}`,
  }, { name: "test", IO_Graph: apps, permanent: ["*"] });
  const { code, stderr } = await runPlan(plan);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    'sluice workflow: consumer was told that big has 10 bytes, and read no further, but it has 100 by now; a program that goes by sizes needs the mode "update"',
  );
});

Deno.test("the commands tell long waits unless they are silent", async () => {
  // At the same time: each of them takes its time.
  await Promise.all([true, false].map(async (silent) => {
    using plan = planOf(
      {
        producer: `
          await pause(6000);
          await Deno.writeTextFile(dir + "/slow", "");`,
        consumer: `await Deno.readTextFile(dir + "/slow");`,
      },
      graph({ producer: [[], ["slow"]], consumer: [["slow"], []] }),
    );
    const flags = silent ? ["--silent"] : [];
    await using command = new Sluice(
      "workflow",
      configFlag,
      ...flags,
      plan.file,
    );
    const { code, stderr } = await command.result;
    assertEquals(code, 0, stderr);
    const told =
      'consumer | sluice: "consumer" waits for "slow": "producer" has not created it yet. Start "producer"';
    assertEquals(stderr.includes(told), !silent, stderr);
  }));
});
