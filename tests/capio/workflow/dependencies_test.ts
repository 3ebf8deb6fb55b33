import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../step.ts";
import { printing, TestWorkflow } from "../test_workflow.ts";

const ON_FILE = { committed: "on_file", mode: "no_update" };

Deno.test("a file may depend on a real file that existed before the run", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["a"],
      streaming: [{ name: ["a"], ...ON_FILE, file_deps: ["input"] }],
    },
    reader: { reads: ["a"] },
  });
  Deno.writeTextFileSync(`${workflow.path}/input`, "");
  const { reader } = await workflow.runAll({
    writer: `await Deno.writeTextFile(dir + "/a", "whole");`,
    reader: printing("a"),
  });
  assertEquals(reader, "whole");
});

Deno.test("a file that depends on a real file is kept without any reader", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["a"],
      streaming: [{ name: ["a"], ...ON_FILE, file_deps: ["input"] }],
    },
  });
  Deno.writeTextFileSync(`${workflow.path}/input`, "");
  await workflow.run("writer", `Deno.writeTextFileSync(dir + "/a", "kept");`);
  assertEquals(workflow.list(), ["a", "input"]);
});

for (
  const [whose, writes] of [["without a producer", []], [
    "from its own producer",
    ["never"],
  ]]
) {
  Deno.test(`a file whose dependency, ${whose}, never came is discarded with a warning`, async () => {
    await using workflow = new TestWorkflow({
      writer: {
        writes: ["a", ...writes],
        streaming: [{ name: ["a"], ...ON_FILE, file_deps: ["never"] }],
      },
    });
    const writer = workflow.start(
      "writer",
      `Deno.writeTextFileSync(dir + "/a", "");`,
    );
    const { code, stderr } = await writer.result;
    assertEquals(
      [code, stderr.trim()],
      [
        0,
        'sluice: "a" is discarded, it was never finished: "never" must be committed first',
      ],
    );
    assertEquals(workflow.list(), []);
  });
}

Deno.test("a file that depends on a directory is committed with the directory's last entry", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      reads: ["read"],
      writes: ["a", "parts"],
      streaming: [
        { name: ["a"], ...ON_FILE, file_deps: ["parts"] },
        { dirname: ["parts"], committed: "on_n_files", n_files: 2 },
      ],
    },
    reader: { reads: ["a"], writes: ["read"] },
  });
  await workflow.runAll({
    writer: `
      await Deno.mkdir(dir + "/parts");
      await Deno.writeTextFile(dir + "/a", "");
      await Deno.writeTextFile(dir + "/parts/1", "");
      await Deno.writeTextFile(dir + "/parts/2", "");
      // The reader is done before the writer has ended.
      await Deno.readTextFile(dir + "/read");`,
    reader: `
      await Deno.readTextFile(dir + "/a");
      await Deno.writeTextFile(dir + "/read", "");`,
  });
});

Deno.test("readers of files that depend on each other get an error", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["a", "b"],
      streaming: [
        { name: ["a"], ...ON_FILE, file_deps: ["b"] },
        { name: ["b"], ...ON_FILE, file_deps: ["a"] },
      ],
    },
    reader: { reads: ["a"] },
  });
  const reader = workflow.start("reader", printing("a"));
  const writer = workflow.start(
    "writer",
    `for (const name of ["a", "b"]) {
       await Deno.writeTextFile(dir + "/" + name, name);
     }`,
  );
  // The last member that leaves warns of discarded files.
  assertEquals((await writer.result).code, 0);
  const { stderr } = await reader.result;
  assertStringIncludes(
    stderr,
    'CapioError: Cannot read "a" past byte 1: it depends on "b", which "writer"',
  );
});

Deno.test("the status lists every wait of a member that waits for several files", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      reads: ["go"],
      writes: ["a", "b"],
      streaming: [{ name: ["a", "b"], committed: "on_close" }],
    },
    reader: { reads: ["a", "b"] },
  });
  const reader = workflow.run(
    "reader",
    `await Promise.all(["a", "b"].map(async (name) => {
       console.log(await Deno.readTextFile(dir + "/" + name));
     }));`,
  );
  await eventually(workflow.path, (status) => status?.waits.length === 2);
  const writer = workflow.run(
    "writer",
    `await Deno.writeTextFile(dir + "/b", "b");
     const file = await Deno.open(dir + "/a", { write: true, create: true });
     await Deno.readTextFile(dir + "/go");
     file.close();`,
  );
  await eventually(
    workflow.path,
    (status) =>
      status?.waits.some(({ app, path, why }) =>
        app === "reader" && path === "a" && why.includes("0 of 1 times")
      ) ?? false,
  );
  Deno.writeTextFileSync(`${workflow.path}/go`, "");
  await writer;
  assertEquals(await reader, "b");
});

Deno.test("a deadlock of steps is reported to them and in the status", async () => {
  await using workflow = new TestWorkflow({
    one: { writes: ["a"] },
    two: { writes: ["b"] },
  });
  const code = `
    console.warn = (warning) => {
      console.log(warning);
      setInterval(() => {
        if ([...Deno.readDirSync(dir)].some(({ name }) => name === "go")) Deno.exit();
      }, 20);
    };
    const [own, foreign] = args;
    await Deno.writeTextFile(dir + "/" + own, "");
    await Deno.stat(dir + "/" + foreign);`;
  const one = workflow.start("one", code, { args: ["a", "b"] });
  const two = workflow.start("two", code, { args: ["b", "a"] });
  await eventually(
    workflow.path,
    (status) =>
      status?.waits.some(({ app, why }) =>
        app === "one" && why === '"two" has not ended yet, and waits in turn'
      ) ?? false,
  );
  // One of the two steps ends, which is what the other one waits for.
  Deno.writeTextFileSync(`${workflow.path}/go`, "");
  const [told] = (await Promise.all([one.result, two.result]))
    .map(({ stdout }) => stdout).filter((stdout) => stdout !== "");
  assertStringIncludes(told, "These steps wait for each other");
  assertStringIncludes(told, '"one" waits for "b": "two" has not ended yet');
});

const MARKED_DIRECTORIES: Record<string, { rule: unknown; marker: string }> = {
  "in the directory": {
    rule: { dirname: ["out"], file_deps: ["out/_SUCCESS"] },
    marker: "out/_SUCCESS",
  },
  "in a directory below": {
    rule: { dirname: ["out"], file_deps: ["out/meta/done"] },
    marker: "out/meta/done",
  },
  "that a glob matches": {
    rule: { name: ["out/*"], file_deps: ["out/_SUCCESS"] },
    marker: "out/_SUCCESS",
  },
};

for (const [where, { rule, marker }] of Object.entries(MARKED_DIRECTORIES)) {
  Deno.test(`a directory is completed by a marker ${where}`, async () => {
    await using workflow = new TestWorkflow({
      writer: {
        writes: ["out"],
        streaming: [{ ...ON_FILE, ...rule as Record<string, unknown> }],
      },
      reader: { reads: ["out"], writes: ["seen"] },
    });
    await workflow.runAll({
      writer: `
        await Deno.mkdir(dir + "/out/meta", { recursive: true });
        for (const name of ["a", "b", "meta/c"]) {
          await Deno.writeTextFile(dir + "/out/" + name, name);
        }
        await Deno.writeTextFile(dir + "/${marker}", "");`,
      reader: `
        const names = ["a", "b", "meta/c", "${marker.slice(4)}"];
        const texts = names.map((name) =>
          Deno.readTextFileSync(dir + "/out/" + name));
        Deno.writeTextFileSync(dir + "/seen", texts.join());`,
    });
    assertEquals(
      workflow.list(),
      ["out", "out/a", "out/b", "out/meta", "out/meta/c", marker, "seen"]
        .sort(),
    );
    assertEquals(
      Deno.readTextFileSync(`${workflow.path}/seen`),
      "a,b,meta/c,",
    );
  });
}
