/**
 * Several names of one file: what is written under one of them is read under all,
 * as far as they can be found. Otherwise it is told.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** `old` and `older` are names of one file before the workflow begins. */
const CHANGES = `
  import fs from "node:fs";
  const name = (name) => dir + "/" + name;
  const show = (...names) =>
    console.log(...names.map((it) => fs.readFileSync(name(it), "utf8")));
  fs.linkSync(name("real"), name("linked"));
  fs.appendFileSync(name("linked"), "+linked");
  show("real", "linked");
  fs.appendFileSync(name("real"), "+real");
  show("real", "linked");
  Deno.truncateSync(name("linked"), 3);
  show("real", "linked");
  fs.appendFileSync(name("older"), "+older");
  show("old", "older");
  Deno.writeTextFileSync(name("old"), "new");
  show("old", "older");
  fs.mkdirSync(name("sub"));
  fs.writeFileSync(name("made"), "made");
  fs.linkSync(name("made"), name("sub/made"));
  fs.appendFileSync(name("sub/made"), "+sub");
  show("made", "sub/made");
  for (const it of ["real", "linked", "old", "older", "made", "sub/made"]) {
    console.log(it, fs.statSync(name(it)).nlink);
  }`;

function prepare(directory: string): void {
  Deno.writeTextFileSync(`${directory}/real`, "real");
  Deno.writeTextFileSync(`${directory}/old`, "old");
  Deno.linkSync(`${directory}/old`, `${directory}/older`);
}

function contents(directory: string): Record<string, string> {
  const names = ["real", "linked", "old", "older", "made", "sub/made"];
  return Object.fromEntries(names.map((name) => {
    const { nlink } = Deno.statSync(`${directory}/${name}`);
    return [name, `${nlink} ${Deno.readTextFileSync(`${directory}/${name}`)}`];
  }));
}

for (const committed of ["on_close", "on_termination"]) {
  Deno.test(`the names of a file stay together under ${committed}`, async () => {
    const streaming = [{ name: ["*"], committed, mode: "update" }];
    await using workflow = new TestWorkflow({
      writer: { writes: ["*"], streaming },
    });
    prepare(workflow.path);
    const output = await workflow.run("writer", CHANGES);
    assertEquals(
      output,
      `real+linked real+linked
real+linked+real real+linked+real
rea rea
old+older old+older
new new
made+sub made+sub
real 2
linked 2
old 2
older 2
made 2
sub/made 2`,
    );
    assertEquals(contents(workflow.path), {
      "real": "2 rea",
      "linked": "2 rea",
      "old": "2 new",
      "older": "2 new",
      "made": "2 made+sub",
      "sub/made": "2 made+sub",
    });
  });
}

Deno.test("that a file parts from a name elsewhere is told once", async () => {
  await using workflow = new TestWorkflow();
  using outside = new TestDirectory();
  for (const name of ["one", "two"]) {
    Deno.writeTextFileSync(`${outside.path}/${name}`, "old");
    Deno.linkSync(`${outside.path}/${name}`, `${workflow.path}/${name}`);
  }
  const { code, stderr } = await workflow.start(
    "writer",
    `for (const name of ["one", "two"]) {
      Deno.writeTextFileSync(dir + "/" + name, "+new", { append: true });
    }`,
  ).result;
  assertEquals(code, 0);
  assertStringIncludes(stderr, `sluice: "one" has another name (a hard link)`);
  assertEquals(stderr.match(/hard link/g)?.length, 1);
  assertEquals(Deno.readTextFileSync(`${outside.path}/one`), "old");
  assertEquals(Deno.readTextFileSync(`${workflow.path}/two`), "old+new");
});
