import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, streamed } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const NODE = `import fs from "node:fs";`;
/** Ways to open a file, or to ask whether it is there. */
const OPENINGS = {
  "Deno.open": `(await Deno.open(path)).close()`,
  "Deno.openSync": `Deno.openSync(path).close()`,
  "Deno.readTextFile": `await Deno.readTextFile(path)`,
  "Deno.readFileSync": `Deno.readFileSync(path)`,
  "Deno.copyFile": `await Deno.copyFile(path, dir + "/copy")`,
  "fs.openSync": `fs.closeSync(fs.openSync(path))`,
  "fs.promises.open": `await (await fs.promises.open(path)).close()`,
  "fs.readFileSync": `fs.readFileSync(path)`,
  "fs.promises.readFile": `await fs.promises.readFile(path)`,
  "fs.createReadStream": `await new Promise((resolve, reject) =>
    fs.createReadStream(path).on("error", reject).on("end", resolve).resume())`,
};
const QUESTIONS = {
  "Deno.stat": `await Deno.stat(path)`,
  "Deno.lstatSync": `Deno.lstatSync(path)`,
  "Deno.realPath": `await Deno.realPath(path)`,
  "fs.promises.access": `await fs.promises.access(path)`,
  "fs.statSync": `fs.statSync(path)`,
  "fs.realpathSync": `fs.realpathSync(path)`,
  "fs.existsSync": `if (!fs.existsSync(path)) throw { code: "ENOENT" }`,
  "fs.statSync, quietly":
    `if (!fs.statSync(path, { throwIfNoEntry: false })) throw { code: "ENOENT" }`,
};
const LINKS = {
  "Deno.readLink": `await Deno.readLink(path)`,
  "fs.readlinkSync": `fs.readlinkSync(path)`,
};

/** Code that says for each way whether the file was there. */
function looking(ways: Record<string, string>, name = "missing"): string {
  const looks = Object.entries(ways).map(([way, code]) => `
    await (async () => { ${code}; })().then(
      () => console.log("${way}: there"),
      (error) => console.log("${way}:", error.code ?? error.name));`);
  return `${NODE} const path = dir + "/${name}"; ${looks.join("")}`;
}

function saying(answer: (way: string) => string, ways: object): string {
  return Object.keys(ways).map((way) => `${way}: ${answer(way)}`).join("\n");
}

/** `fs.access` asks who the user is. */
const ALLOWED = { flags: ["--allow-sys=uid,gid"] };
const ALL = { ...OPENINGS, ...QUESTIONS, ...LINKS };
const notThere = () => "ENOENT";
const GRAPH = { writer: streamed("out"), reader: { reads: ["out"] } };

Deno.test("a file that the configuration does not know is not found at once", async () => {
  await using workflow = new TestWorkflow(GRAPH);
  // The other apps never come: a wait would last for ever.
  const output = await workflow.run("reader", looking(ALL));
  assertEquals(output, saying(notThere, ALL));
});

Deno.test("it is found when a member has made it already, and when it is a real file", async () => {
  await using workflow = new TestWorkflow(GRAPH);
  Deno.writeTextFileSync(`${workflow.path}/given`, "real");
  await workflow.run(
    "writer",
    `await Deno.writeTextFile(dir + "/made", "made");`,
  );
  const ways = { ...OPENINGS, ...QUESTIONS };
  for (const name of ["made", "given"]) {
    const output = await workflow.start("reader", looking(ways, name), ALLOWED)
      .result;
    assertEquals(output.stdout.trim(), saying(() => "there", ways));
  }
});

Deno.test("questions are answered at once without a configuration", async () => {
  await using workflow = new TestWorkflow();
  const ways = { ...QUESTIONS, ...LINKS };
  const output = await workflow.run("reader", looking(ways));
  assertEquals(output, saying(notThere, ways));
});

Deno.test("a declared file is waited for until it is created, by every call", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["missing"] },
    reader: { reads: ["missing"] },
  });
  const ways = { ...OPENINGS, ...QUESTIONS };
  const readers = Object.entries(ways).map(async ([way, code]) => [
    way,
    await workflow.run("reader", looking({ [way]: code }), ALLOWED),
  ]);
  await eventually(
    workflow.path,
    (status) => status?.waits.length === readers.length,
  );
  await workflow.run(
    "writer",
    `await Deno.writeTextFile(dir + "/missing", "text");`,
  );
  for (const [way, output] of await Promise.all(readers)) {
    assertEquals(output, `${way}: there`);
  }
});

Deno.test("a declared file whose producers have left without it is not found, by any call", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["miss*"] },
    reader: { reads: ["missing"] },
  });
  const reader = workflow.run("reader", looking(ALL));
  await eventually(workflow.path, (status) => status?.waits.length === 1);
  await workflow.run("writer", "");
  const isOpening = (way: string) => way in OPENINGS;
  assertEquals(
    (await reader).replaceAll("NotFound", "ENOENT"),
    saying(notThere, ALL),
  );
  assert(Object.keys(ALL).some(isOpening));
});

Deno.test("a first step that looks for the last output does not wait", async () => {
  await using workflow = new TestWorkflow({
    first: { writes: ["data"] },
    last: { reads: ["data"], writes: ["missing"] },
  });
  // The last step has begun its output already, and waits for the first one.
  const last = workflow.run(
    "last",
    `const file = await Deno.open(dir + "/missing", { write: true, create: true });
     await Deno.readTextFile(dir + "/data");
     file.close();`,
  );
  await eventually(workflow.path, (status) => status?.waits.length === 1);
  const output = await workflow.run(
    "first",
    `${looking(ALL)} await Deno.writeTextFile(dir + "/data", "");`,
  );
  assertEquals(output, saying(notThere, ALL));
  await last;
});

Deno.test("it sees the last output of the run before", async () => {
  await using workflow = new TestWorkflow({
    first: { writes: ["data"] },
    last: { reads: ["data"], writes: ["report"] },
  });
  Deno.writeTextFileSync(`${workflow.path}/report`, "before");
  const last = workflow.run(
    "last",
    `await Deno.writeTextFile(dir + "/report", "after");
     await Deno.readTextFile(dir + "/data");`,
  );
  await eventually(workflow.path, (status) => status?.waits.length === 1);
  const output = await workflow.run(
    "first",
    `${NODE} const path = dir + "/report";
     console.log((await Deno.stat(path)).size, fs.statSync(path).size);
     console.log(fs.readFileSync(path, "utf8"));
     console.log(await Deno.readTextFile(path));
     using file = await Deno.open(path);
     console.log(await new Response(file.readable).text());
     await Deno.writeTextFile(dir + "/data", "");`,
  );
  assertEquals(output, "6 6\nbefore\nbefore\nbefore");
  await last;
  assertEquals(Deno.readTextFileSync(`${workflow.path}/report`), "after");
});

Deno.test("a file that was missed and that a member makes later is told", async () => {
  await using workflow = new TestWorkflow(GRAPH);
  const reader = workflow.start(
    "reader",
    `await Deno.readTextFile(dir + "/settings").catch(() => {});
     await Deno.readTextFile(dir + "/out");`,
  );
  await eventually(workflow.path, (status) => status?.waits.length === 1);
  await workflow.run(
    "writer",
    `await Deno.writeTextFile(dir + "/settings", "");
     await Deno.writeTextFile(dir + "/out", "");`,
  );
  const { code, stderr } = await reader.result;
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `sluice: "reader" looked for "settings" before "writer" made it`,
  );
});

Deno.test("a file that was missed and found later is not told", async () => {
  await using workflow = new TestWorkflow(GRAPH);
  const polling = (look: string) => `
    for (;;) {
      try { ${look}; break; } catch { await pause(10); }
    }`;
  await workflow.runAll({
    reader: `${NODE}
      ${polling(`Deno.openSync(dir + "/flag").close()`)}
      ${polling(`fs.statSync(dir + "/other")`)}`,
    writer: `
      await pause(300);
      await Deno.writeTextFile(dir + "/flag", "");
      await Deno.writeTextFile(dir + "/other", "");`,
  });
});
