import { assert, assertEquals, assertMatch } from "@std/assert";
import { capioPath, withCapio } from "@sluice/sluice/capio";
import { join } from "@std/path";
import { parseLsof } from "../../../src/capio/exec/processes/holders.ts";
import { streamed } from "../step.ts";
import { MARK, ProgramWorkflow } from "./program_workflow.ts";

Deno.test("a hundred programs at once leave their files and nothing else", async () => {
  using flow = new ProgramWorkflow();
  flow.write("a.txt", "a\n");
  const workspace = await flow.join("all");
  const names = Array.from({ length: 100 }, (_, index) => `${index}.txt`);
  const text = 'cat; echo "$1"';
  await Promise.all(
    names.map((stdout, index) =>
      workspace.runStep(`step ${index}`, {
        command: ["sh", "-c", { text }, "sh", `${index}`],
        stdin: "a.txt",
        stdout,
        env: { [MARK]: flow.path },
      })
    ),
  );
  workspace.leave();
  names.forEach((name, index) =>
    assertEquals(flow.read(name), `a\n${index}\n`)
  );
  await flow.assertLeft("a.txt", ...names);
});

Deno.test("a chain of programs streams from the first to the last", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `${index}.txt`);
  using flow = new ProgramWorkflow(
    Object.fromEntries(names.map((name, index) => [`step ${index}`, {
      ...streamed(name),
      reads: index === 0 ? [] : [names[index - 1]],
    }])),
    ["7.txt"],
  );
  const workspace = await flow.join("all");
  await Promise.all(
    names.map((stdout, index) =>
      workspace.runStep(`step ${index}`, {
        command: ["sh", "-c", { text: 'cat; echo "$1"' }, "sh", `${index}`],
        ...(index > 0 && { stdin: names[index - 1] }),
        stdout,
        env: { [MARK]: flow.path },
      })
    ),
  );
  workspace.leave();
  assertEquals(flow.read("7.txt"), "0\n1\n2\n3\n4\n5\n6\n7\n");
  await flow.assertLeft("7.txt");
});

Deno.test("a step without files takes part too: who waits for what it was to make learns of its end", async () => {
  using flow = new ProgramWorkflow({
    maker: { writes: ["a.txt"] },
    reader: { reads: ["a.txt"] },
  });
  const workspace = await flow.join("all");
  const reader = await flow.join("reader");
  const reading = reader.fs.readTextFile(join(flow.path, "a.txt"))
    .catch((error) => error);
  await workspace.runStep("maker", { command: ["true"] });
  const status = workspace.status();
  assertEquals(
    status.members.map(({ app, state }) => [app, state]),
    [["all", "running"], ["reader", "running"], ["maker", "left"]],
  );
  assertMatch(`${await reading}`, /its producer "maker" left without creating/);
  const failed = await workspace.runStep("maker", { command: ["false"] })
    .catch((error) => error);
  assertEquals(failed.status, { code: 1, signal: null });
  assertEquals(workspace.status().members.at(-1)?.state, "failed");
  reader.leave();
  workspace.leave();
  await flow.assertLeft();
});

Deno.test("a directory whose files lie in several places is put together", async () => {
  using flow = new ProgramWorkflow(
    {
      writer: { writes: ["dir", "dir/*"] },
      reader: { reads: ["dir"], writes: ["out.txt"] },
    },
    ["dir/kept.txt", "out.txt"],
  );
  const text =
    'echo 1 > "$1/kept.txt"; mkdir "$1/below"; echo 2 > "$1/below/gone.txt"';
  await Promise.all([
    flow.runWell({ command: ["sh", "-c", { text }, "sh", "{newdir:dir}"] }, {
      app: "writer",
    }),
    flow.runWell({
      command: [
        "sh",
        "-c",
        { text: 'cd "$1" && find . -type f | sort | xargs cat' },
        "sh",
        "{dir:dir}",
      ],
      stdout: "out.txt",
    }, { app: "reader" }),
  ]);
  assertEquals(flow.read("out.txt"), "2\n1\n");
  await flow.assertLeft("dir", "dir/kept.txt", "out.txt");
});

Deno.test("a new directory takes the place of that of an earlier run as a whole", async () => {
  using flow = new ProgramWorkflow();
  for (const name of ["old", "new"]) {
    await flow.runWell({ command: ["touch", `{newdir:dir}/${name}`] });
    await flow.assertLeft("dir", `dir/${name}`);
  }
  const failed = await flow.run(flow.sh("exit 1", {}));
  assert(failed.error);
  const { error } = await flow.run({
    command: ["sh", "-c", { text: "exit 1" }, "sh", "{newdir:dir}"],
  });
  assert(error);
  await flow.assertLeft("dir", "dir/new");
});

Deno.test("a real path is that of the finished file, whoever writes it, or of a plain one", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    reader: { reads: ["a.txt"] },
  });
  flow.write("plain.txt", "");
  const options = {
    capioDir: flow.path,
    appName: "reader",
    capioClConfigurationFile: `${flow.path}.json`,
  };
  const [path] = await Promise.all([
    withCapio(options, async () => {
      const [real, plain, outside] = await Promise.all([
        capioPath(join(flow.path, "a.txt")).real(),
        capioPath(join(flow.path, "plain.txt")).real(),
        capioPath("/").real(),
      ]);
      assertEquals([plain, outside], [join(flow.path, "plain.txt"), "/"]);
      assertEquals(flow.read("a.txt"), "1\n2\n");
      return real;
    }),
    flow.runWell(flow.sh("echo 1; sleep 0.1; echo 2", { stdout: "a.txt" }), {
      app: "writer",
    }),
  ]);
  assertEquals(path, join(flow.path, "a.txt"));
  await flow.assertLeft("a.txt", "plain.txt");
});

Deno.test("the output of lsof tells who has a file open for writing, and under which number", () => {
  const text =
    "p12\ncsh\nf1\naw\np13\ncreader\nf3\nar\np14\ncboth\nf4\nau\nf5\naw\np15\nccopy\nf23\naw\n";
  assertEquals(parseLsof(text, new Set([23])), [
    { pid: 12, name: "sh" },
    { pid: 14, name: "both" },
  ]);
});
