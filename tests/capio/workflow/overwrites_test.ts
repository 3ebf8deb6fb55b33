/**
 * Files that are changed behind what a reader has read of them under
 * `no_update`: the reader and the writer are told.
 */
import { assertEquals } from "@std/assert";
import { eventually, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** How a file of 100 bytes, of which 50 were read, is changed. */
const TOLD: Record<string, string> = {
  "seekSync": `
    const file = Deno.openSync(path, FRESH);
    file.writeSync(HUNDRED);
    yield;
    file.seekSync(10, Deno.SeekMode.Start);
    file.writeSync(ONE);
    file.close();`,
  "seek and a stream": `
    const file = await Deno.open(path, FRESH);
    await file.write(HUNDRED);
    yield;
    await file.seek(-60, Deno.SeekMode.Current);
    await new Blob([ONE]).stream().pipeTo(file.writable);`,
  "truncate of a file": `
    const file = await Deno.open(path, FRESH);
    await file.write(HUNDRED);
    yield;
    await file.truncate(20);
    file.close();`,
  "truncateSync of a path": `
    const file = await Deno.open(path, FRESH);
    await file.write(HUNDRED);
    yield;
    Deno.truncateSync(path, 20);
    file.close();`,
  "writeTextFile": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    await Deno.writeTextFile(path, "short");`,
  "writeFile with a mode": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    await Deno.writeFile(path, ONE, { mode: 0o600 });`,
  "copyFile": `
    Deno.writeFileSync(dir + "/source", ONE);
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    await Deno.copyFile(dir + "/source", path);`,
  "a second handle": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    using file = await Deno.open(path, { read: true, write: true });
    file.readSync(new Uint8Array(7));
    file.writeSync(ONE);`,
  "create": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    using file = await Deno.create(path);`,
  "fs.write": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    yield;
    await new Promise((done) => fs.write(fd, ONE, 0, 1, 0, done));
    fs.closeSync(fd);`,
  "fs.writeSync of text": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    yield;
    fs.writeSync(fd, "!", 0);
    fs.closeSync(fd);`,
  "fs.writeSync with options": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    yield;
    fs.writeSync(fd, ONE, { position: 40 });
    fs.closeSync(fd);`,
  "fs.writevSync": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    yield;
    fs.writevSync(fd, [ONE], 0);
    fs.closeSync(fd);`,
  "fs.ftruncate": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    yield;
    await promisify(fs.ftruncate)(fd, 1);
    fs.closeSync(fd);`,
  "fs.writeSync without a position": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    const fd = fs.openSync(path, "r+");
    fs.writeSync(fd, ONE);
    fs.closeSync(fd);`,
  "fs.writeFileSync of a descriptor": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    const fd = fs.openSync(path, "r+");
    fs.writeFileSync(fd, ONE);
    fs.closeSync(fd);`,
  "fs.writeFileSync with a flag": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    fs.writeFileSync(path, ONE, { flag: "r+" });`,
  "FileHandle.write": `
    const handle = await fs.promises.open(path, "w");
    await handle.write(HUNDRED);
    yield;
    await handle.write(ONE, 0, 1, 20);
    await handle.close();`,
  "FileHandle.writev": `
    const handle = await fs.promises.open(path, "w");
    await handle.writev([HUNDRED]);
    yield;
    await handle.writev([ONE], 20);
    await handle.close();`,
  "FileHandle.truncate": `
    const handle = await fs.promises.open(path, "w");
    await handle.writeFile(HUNDRED);
    yield;
    await handle.truncate();
    await handle.close();`,
  "a stream with a start": `
    using _ = await Deno.open(path, FRESH);
    Deno.writeFileSync(path, HUNDRED);
    yield;
    const stream = fs.createWriteStream(path, { flags: "r+", start: 10 });
    stream.write(ONE);
    await new Promise((done) => stream.end(done));
    await new Promise((done) => stream.closed ? done() : stream.on("close", done));`,
  "a stream of a FileHandle": `
    const handle = await fs.promises.open(path, "w");
    await handle.write(HUNDRED);
    yield;
    const stream = handle.createWriteStream({ start: 10 });
    stream.end(ONE);
    await new Promise((done) => stream.on("close", done));`,
  "the next of many, soon after the first": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED);
    fs.writeSync(fd, ONE, 0, 1, 99);
    yield;
    fs.writeSync(fd, ONE, 0, 1, 49);
    fs.closeSync(fd);`,
};

/** The same for what the reader has not read yet, or reads once more. */
const NOT_TOLD: Record<string, string> = {
  "appends": `
    const file = await Deno.open(path, { append: true, create: true });
    await file.write(HUNDRED);
    yield;
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(HUNDRED);
    Deno.writeFileSync(path, ONE, { append: true });
    fs.appendFileSync(path, ONE);
    file.close();`,
  "writes on": `
    const handle = await fs.promises.open(path, "w");
    await handle.write(HUNDRED);
    yield;
    await handle.write(ONE);
    await handle.write(ONE, 0, 1, 101);
    await handle.close();`,
  "changes what was not read": `
    const file = await Deno.open(path, FRESH);
    await file.write(HUNDRED);
    yield;
    file.seekSync(50, Deno.SeekMode.Start);
    file.writeSync(ONE);
    file.truncateSync(60);
    file.seekSync(0, Deno.SeekMode.End);
    file.writeSync(ONE);
    file.close();`,
  "only reads": `
    const file = await Deno.open(path, { ...FRESH, read: true });
    await file.write(HUNDRED);
    yield;
    await file.seek(0, Deno.SeekMode.Start);
    await file.read(new Uint8Array(10));
    file.close();`,
  "had changed it before": `
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, HUNDRED, 0, 50, 50);
    fs.writeSync(fd, HUNDRED, 0, 50, 0);
    yield;
    fs.closeSync(fd);`,
};

const WRITER = `
  import fs from "node:fs";
  import { promisify } from "node:util";
  const FRESH = { write: true, create: true };
  const [HUNDRED, ONE] = [100, 1].map((size) => new Uint8Array(size).fill(65));
  const until = async (what) => {
    while (!fs.existsSync(args[0] + "/" + what)) await pause(5);
  };`;

/** Ends when it was told of so many files. */
function writing(cases: Record<string, string>, told: number): string {
  const writers = Object.entries(cases).map(([, code], n) =>
    `{
    const path = dir + "/f${n}";
    all.push((async function* () {${code}})());
  }`
  );
  return `${WRITER}
    const all = [];
    ${writers.join("\n")}
    for (const it of all) await it.next();
    fs.writeFileSync(args[0] + "/written", "");
    await until("read");
    const { warn } = console;
    let told = 0;
    console.warn = (...args) => {
      told++;
      warn(...args);
    };
    for (const it of all) await it.next();
    fs.writeFileSync(args[0] + "/changed", "");
    for (const since = Date.now(); told < ${told};) {
      if (Date.now() - since > 20_000) throw new Error("told of " + told);
      await pause(10);
      // A look at the workflow.
      Deno.statSync(dir + "/f0");
    }`;
}

/** Reads 50 bytes of each file, and then the rest. */
function reading(count: number): string {
  return `
    import fs from "node:fs";
    while (!fs.existsSync(args[0] + "/written")) await pause(5);
    const files = [];
    for (let n = 0; n < ${count}; n++) {
      const file = await Deno.open(dir + "/f" + n);
      const bytes = new Uint8Array(50);
      if (await file.read(bytes) !== 50) throw new Error("too few");
      files.push(file);
    }
    fs.writeFileSync(args[0] + "/read", "");
    while (!fs.existsSync(args[0] + "/changed")) await pause(5);
    await Promise.all(files.map(async (file) => {
      await new Response(file.readable).bytes();
    }));`;
}

/** What both are told when a reader is half-way through all the files. */
async function play(
  cases: Record<string, string>,
  { isTold }: { isTold: boolean },
): Promise<string[][]> {
  const count = Object.keys(cases).length;
  const names = Array.from({ length: count }, (_, n) => `f${n}`);
  const rule = { name: names, committed: "on_termination", mode: "no_update" };
  await using workflow = new TestWorkflow({
    writer: { writes: [...names, "source"], streaming: [rule] },
    reader: { reads: names },
  });
  using signs = new TestDirectory();
  const options = { args: [signs.path], flags: ["-A"] };
  const code = writing(cases, isTold ? count : 0);
  const writer = workflow.start("writer", code, options);
  const reader = workflow.start("reader", reading(count), options);
  const told: string[][] = [];
  for (const step of [writer, reader]) {
    const { code, stdout, stderr } = await step.result;
    assertEquals([code, stdout], [0, ""], stderr);
    told.push(stderr.split("\n").filter((line) => line !== "").sort());
  }
  return told;
}

Deno.test("who had read what is changed before the commit is told, and so is the writer", async () => {
  const expected = Object.keys(TOLD).map((_, n) =>
    `sluice: "writer" changed a part of "f${n}" that "reader" had read: what "reader" read is out of date. A file that is not written from its beginning to its end needs the mode "update"`
  ).sort();
  assertEquals(await play(TOLD, { isTold: true }), [expected, expected]);
});

Deno.test("who had not read what is changed is told nothing", async () => {
  assertEquals(await play(NOT_TOLD, { isTold: false }), [[], []]);
});

Deno.test("the status tells of a reader that had ended before the file was changed", async () => {
  const rule = { name: ["f0"], committed: "on_termination", mode: "no_update" };
  await using workflow = new TestWorkflow({
    writer: { writes: ["f0"], streaming: [rule] },
    reader: { reads: ["f0"] },
  });
  using signs = new TestDirectory();
  const options = { args: [signs.path], flags: ["-A"] };
  const code = writing({ "fs.write": TOLD["fs.write"] }, 2);
  const writer = workflow.start("writer", code, options);
  await workflow.run(
    "reader",
    `const file = await Deno.open(dir + "/f0");
     await file.read(new Uint8Array(50));`,
    options,
  );
  Deno.writeTextFileSync(`${signs.path}/read`, "");
  const expected = [{
    path: "f0",
    reader: "reader",
    writer: "writer",
    kind: "overwritten",
  }];
  await eventually(
    workflow.path,
    (status) => JSON.stringify(status?.rewrites) === JSON.stringify(expected),
  );
  writer.kill();
  await writer.result;
});
