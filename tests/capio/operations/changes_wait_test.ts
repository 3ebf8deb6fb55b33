import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const NODE = `import fs from "node:fs";`;
/** Calls that need a file and make none under its path. */
const CHANGES = {
  "Deno.remove": `await Deno.remove(path)`,
  "Deno.rename": `await Deno.rename(path, path + ".new")`,
  "Deno.link": `await Deno.link(path, path + ".new")`,
  "Deno.truncate": `await Deno.truncate(path, 1)`,
  "Deno.chmod": `await Deno.chmod(path, 0o600)`,
  "Deno.chown": `await Deno.chown(path, null, null)`,
  "Deno.utime": `await Deno.utime(path, 1, 1)`,
  "Deno.open": `(await Deno.open(path, { write: true })).close()`,
  "Deno.writeTextFile":
    `await Deno.writeTextFile(path, "new", { create: false })`,
  "fs.rm": `await fs.promises.rm(path, { force: true })`,
  "fs.unlink": `await fs.promises.unlink(path)`,
  "fs.rename": `await fs.promises.rename(path, path + ".new")`,
  "fs.link": `await fs.promises.link(path, path + ".new")`,
  "fs.truncate": `await fs.promises.truncate(path, 1)`,
  "fs.chmod": `await fs.promises.chmod(path, 0o600)`,
  "fs.utimes": `await fs.promises.utimes(path, 1, 1)`,
  "fs.open": `await (await fs.promises.open(path, "r+")).close()`,
};
/** Waits for a file that the test makes in the directory of the argument. */
const UNTIL_GO = `
  for (;;) {
    try { Deno.statSync(args[0] + "/go"); break; } catch { await pause(10); }
  }`;
const NAMES = Object.keys(CHANGES);

/** Makes all calls at once, each for a file of its own. */
const ALL = `${NODE}
  const calls = {${
  Object.entries(CHANGES)
    .map(([name, code]) => `"${name}": async (path) => { ${code}; }`)
}};
  const done = Object.entries(calls).map(([name, change]) =>
    change(dir + "/x-" + name).then(
      () => name + ": done",
      (error) => name + ": " + (error.code ?? error.name)));
  console.log((await Promise.all(done)).join("\\n"));`;

function saying(answer: string): string {
  return NAMES.map((name) => `${name}: ${answer}`).join("\n");
}

Deno.test("a call that changes or removes a declared file waits for it", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["x-*"] },
    reader: { reads: ["x-*"], writes: ["*.new"] },
  });
  const reader = workflow.run("reader", ALL);
  await eventually(
    workflow.path,
    (status) => status?.waits.length === NAMES.length,
  );
  await workflow.run(
    "writer",
    `for (const name of ${JSON.stringify(NAMES)}) {
      Deno.writeTextFileSync(dir + "/x-" + name, "abc");
    }`,
  );
  assertEquals(await reader, saying("done"));
  const left = [...Deno.readDirSync(workflow.path)].map(({ name }) => name);
  const gone = [
    "Deno.remove",
    "Deno.rename",
    "fs.rm",
    "fs.unlink",
    "fs.rename",
  ];
  assertEquals(left.filter((name) => gone.includes(name.slice(2))), []);
});

Deno.test("it does not wait for an undeclared file, nor for one of its own step", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["out"] },
    reader: { reads: ["out"] },
    own: { writes: ["x-*"] },
  });
  const expected = saying("ENOENT").replace("fs.rm: ENOENT", "fs.rm: done");
  // In both the other steps never come: a wait would last for ever.
  for (const app of ["own", "other"]) {
    const code = app === "own" ? ALL : ALL.replace("/x-", "/y-");
    const output = await workflow.run(app, code);
    assertEquals(output.replaceAll("NotFound", "ENOENT"), expected);
  }
});

Deno.test("a declared file is removed and renamed once it is complete", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["removed", "renamed"] },
    reader: { reads: ["removed", "renamed"], writes: ["new"] },
  });
  using outside = new TestDirectory();
  const writer = workflow.run(
    "writer",
    `const names = ["/removed", "/renamed"];
    for (const name of names) Deno.writeTextFileSync(dir + name, "head ");
    ${UNTIL_GO}
    for (const name of names) {
      Deno.writeTextFileSync(dir + name, "tail", { append: true });
    }`,
    { args: [outside.path], flags: ["--allow-read"] },
  );
  const reader = workflow.run(
    "reader",
    `await Promise.all([
      Deno.remove(dir + "/removed"),
      Deno.rename(dir + "/renamed", dir + "/new"),
    ]);
    console.log(Deno.readTextFileSync(dir + "/new"));`,
  );
  await eventually(workflow.path, (status) => {
    const { waits = [], files = [] } = status ?? {};
    return waits.length === 2 && files.length === 2;
  });
  Deno.writeTextFileSync(`${outside.path}/go`, "");
  await writer;
  assertEquals(await reader, "head tail");
  const left = [...Deno.readDirSync(workflow.path)].map(({ name }) => name);
  assertEquals(left.includes("removed") || left.includes("renamed"), false);
});

Deno.test("that a file was missing when it was to be removed is told", async () => {
  await using workflow = new TestWorkflow();
  using outside = new TestDirectory();
  const writer = workflow.start(
    "writer",
    `${UNTIL_GO} Deno.writeTextFileSync(dir + "/x", "abc");`,
    { args: [outside.path], flags: ["--allow-read"] },
  );
  await eventually(workflow.path, (status) => status !== undefined);
  await workflow.run(
    "remover",
    `${NODE} fs.rmSync(dir + "/x", { force: true });`,
  );
  Deno.writeTextFileSync(`${outside.path}/go`, "");
  const { code, stderr } = await writer.result;
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `sluice: "remover" looked for "x" before "writer" made it`,
  );
});
