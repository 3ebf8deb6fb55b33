import { assertEquals, assertMatch } from "@std/assert";
import { eventually, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const NODE = `import fs from "node:fs";`;
/** Takes the first part of the file, and then waits for the others. */
const GROWING = {
  writer: {
    writes: ["big"],
    reads: ["go"],
    streaming: [{ name: ["big"], committed: "on_close", mode: "no_update" }],
  },
  reader: {
    reads: ["big"],
    writes: ["go"],
    streaming: [{ name: ["go"], committed: "on_close" }],
  },
};
const WRITER = `
  using file = await Deno.open(dir + "/big", { write: true, create: true });
  await file.write(new Uint8Array(1000));
  await Deno.readTextFile(dir + "/go");
  await file.write(new Uint8Array(9000));`;
/** What a reader is warned of that does this with the growing file. */
async function warnings(code: string): Promise<string> {
  await using workflow = new TestWorkflow(GROWING);
  const writer = workflow.run("writer", WRITER);
  await eventually(
    workflow.path,
    (status) => status?.files.some(({ size }) => size === 1000) ?? false,
  );
  const reader = workflow.start(
    "reader",
    `${NODE}
     const path = dir + "/big";
     const buffer = new Uint8Array(1000);
     const original = Deno.args[1];
     // In the spool, which is not interposed, a look tells no size.
     const grown = async () => {
       await Deno.writeTextFile(dir + "/go", "");
       for (let size = 0; size <= 1000;) {
         size = (await Deno.stat(original).catch(() => ({ size: 10_000 }))).size;
         await pause(10);
       }
     };
     ${code}`,
    { args: [`${workflow.path}/.capio/CAPIO/spool/big`] },
  );
  const { code: exit, stderr, stdout } = await reader.result;
  assertEquals([exit, stdout], [0, ""], stderr);
  await writer;
  return stderr;
}

const GOES_BY_SIZE: Record<string, string> = {
  "Deno.stat, and reads so much": `
    const { size } = await Deno.stat(path);
    using file = await Deno.open(path);
    await file.read(new Uint8Array(size));
    await grown();`,
  "Deno.lstatSync, and never reads": `Deno.lstatSync(path); await grown();`,
  "file.stat": `
    using file = await Deno.open(path);
    await file.read(new Uint8Array((await file.stat()).size));
    await grown();`,
  "file.statSync, and closes before the file grows": `
    const file = await Deno.open(path);
    file.readSync(new Uint8Array(file.statSync().size));
    file.close();
    await grown();`,
  "file.seek to the end and back": `
    using file = await Deno.open(path);
    const size = await file.seek(0, Deno.SeekMode.End);
    await file.seek(0, Deno.SeekMode.Start);
    await file.read(new Uint8Array(size));
    await grown();`,
  "file.seekSync near the end": `
    using file = Deno.openSync(path);
    file.seekSync(-22, Deno.SeekMode.End);
    file.readSync(new Uint8Array(22));
    await grown();`,
  "fs.stat": `
    const { size } = await new Promise((resolve) =>
      fs.stat(path, (_, stats) => resolve(stats)));
    const fd = fs.openSync(path, "r");
    fs.readSync(fd, new Uint8Array(size), 0, size, 0);
    fs.closeSync(fd);
    await grown();`,
  "fs.fstatSync with bigint, and reads at positions": `
    const fd = fs.openSync(path, "r");
    const size = Number(fs.fstatSync(fd, { bigint: true }).size);
    fs.readSync(fd, buffer, 0, 22, size - 22);
    fs.closeSync(fd);
    await grown();`,
  "FileHandle.stat": `
    const handle = await fs.promises.open(path);
    await handle.read({ length: (await handle.stat()).size });
    await handle.close();
    await grown();`,
  "fs.lstat of opendir's entries": `
    for await (const { name } of await fs.promises.opendir(dir)) {
      fs.lstatSync(dir + "/" + name);
    }
    await grown();`,
  "a stream with an end": `
    const { size } = fs.statSync(path);
    await new Promise((resolve) =>
      fs.createReadStream(path, { end: size - 1 }).resume().on("close", resolve));
    await grown();`,
  "fs.statSync, and opens the file after its commit": `
    const { size } = fs.statSync(path);
    await grown();
    const fd = await new Promise((resolve) => {
      const open = () => {
        if (fs.existsSync(original)) setTimeout(open, 10);
        else resolve(fs.openSync(path, "r"));
      };
      open();
    });
    fs.readSync(fd, new Uint8Array(size));
    fs.closeSync(fd);`,
};

for (const [name, code] of Object.entries(GOES_BY_SIZE)) {
  Deno.test(`a program is warned that goes by a size: ${name}`, async () => {
    assertMatch(
      await warnings(code),
      /^sluice: "reader" was told that "big" has 1000 bytes, and read no further, but it has \d+ by now: a program that goes by sizes needs the mode "update" for its file\n$/,
    );
  });
}

Deno.test("a program is warned that reads past a size and not to the end", async () => {
  assertMatch(
    await warnings(`
      const { size } = fs.statSync(path);
      await grown();
      const fd = fs.openSync(path, "r");
      fs.readSync(fd, new Uint8Array(1500));
      fs.closeSync(fd);`),
    /^sluice: "reader" was told that "big" has 1000 bytes, and did not read it to its end, but it has \d+ by now: /,
  );
});

const READS_ON: Record<string, string> = {
  "asks for a progress bar": `
    const { size } = await Deno.stat(path);
    using file = await Deno.open(path);
    await file.read(buffer);
    await grown();
    for await (const _ of file.readable);`,
  "asks again and again": `
    using file = await Deno.open(path);
    await grown();
    for await (const _ of file.readable) Deno.statSync(path);`,
  "asks and reads the whole file": `
    Deno.statSync(path);
    await grown();
    fs.readFileSync(path);`,
  "asks and copies the file": `
    await fs.promises.stat(path);
    await grown();
    await Deno.copyFile(path, dir + "/copy");`,
  "looks at the beginning first": `
    const fd = fs.openSync(path, "r");
    fs.fstatSync(fd);
    fs.readSync(fd, buffer, 0, 100, 0);
    fs.closeSync(fd);
    await grown();
    await new Promise((resolve) =>
      fs.createReadStream(path).resume().on("close", resolve));`,
  "reads by a descriptor, which it does not close": `
    const fd = fs.openSync(path, "r");
    fs.fstatSync(fd);
    await grown();
    while (fs.readSync(fd, buffer) > 0);`,
  "asks whether the file is there": `
    fs.existsSync(path);
    Deno.realPathSync(path);
    await grown();`,
  "asks after the commit": `
    await grown();
    await Deno.readFile(path);
    Deno.statSync(path);`,
};

for (const [name, code] of Object.entries(READS_ON)) {
  Deno.test(`a program is not warned that ${name}`, async () => {
    assertEquals(await warnings(code), "");
  });
}

Deno.test("a program that goes on is warned soon after it has closed the file", async () => {
  const told = `
    const warned = new Promise((resolve) => console.warn = resolve);
    const { size } = Deno.statSync(path);
    using file = await Deno.open(path);
    await file.read(new Uint8Array(size));
    file.close();
    await grown();
    setInterval(() => {}, 1000);
    if (!(await warned).includes('"big" has 1000 bytes')) Deno.exit(1);
    Deno.exit();`;
  assertEquals(await warnings(told), "");
});

Deno.test("the status tells of a size that has grown since the reader has ended", async () => {
  await using workflow = new TestWorkflow(GROWING);
  // Each is told by files outside of the workflow's directory.
  using signs = new TestDirectory();
  const { result: writer } = workflow.start(
    "writer",
    `const until = async (sign) => {
       while (!(await Deno.stat(args[0] + sign).catch(() => {}))) await pause(10);
     };
     using file = await Deno.open(dir + "/big", { write: true, create: true });
     await file.write(new Uint8Array(1000));
     await until("/grow");
     await file.write(new Uint8Array(9000));
     await until("/end");`,
    { flags: ["--allow-read"], args: [signs.path] },
  );
  await eventually(
    workflow.path,
    (status) => status?.files.some(({ size }) => size === 1000) ?? false,
  );
  const reader = workflow.run(
    "reader",
    `console.log((await Deno.stat(dir + "/big")).size);
     const file = await Deno.open(dir + "/big");
     await file.read(new Uint8Array(1000));`,
  );
  assertEquals(await reader, "1000");
  Deno.writeTextFileSync(`${signs.path}/grow`, "");
  const told = {
    ...{ app: "reader", path: "big", told: 1000, size: 10_000 },
    readTo: 1000,
  };
  await eventually(
    workflow.path,
    (status) =>
      JSON.stringify(status?.sizedReadings) === JSON.stringify([told]),
  );
  Deno.writeTextFileSync(`${signs.path}/end`, "");
  const { code, stderr } = await writer;
  assertEquals(code, 0);
  assertEquals(stderr, toldToWriter(1000, "read no further"));
});

const DYING: Record<string, [code: string, told: string]> = {
  "dies of an error in a callback": [
    `Deno.statSync(dir + "/big");
     setTimeout(() => { throw new Error("cut short") });
     await pause(10_000);`,
    toldToWriter(1000, "read no further"),
  ],
  "dies of an error in an asynchronous function": [
    `Deno.statSync(dir + "/big");
     throw new Error("cut short");`,
    toldToWriter(1000, "read no further"),
  ],
  "catches the error and reads on": [
    `Deno.statSync(dir + "/big");
     addEventListener("unhandledrejection", (event) => event.preventDefault());
     Promise.reject(new Error("caught"));
     await pause(50);
     Deno.writeTextFileSync(args[0] + "/grow", "");
     await Deno.readFile(dir + "/big");`,
    "",
  ],
};

for (const [what, [code, told]] of Object.entries(DYING)) {
  Deno.test(`what the writer is told of a reader that ${what}`, async () => {
    await using workflow = new TestWorkflow(GROWING);
    using signs = new TestDirectory();
    const writer = workflow.start(
      "writer",
      `const until = async (sign) => {
         while (!(await Deno.stat(args[0] + sign).catch(() => {}))) await pause(10);
       };
       using file = await Deno.open(dir + "/big", { write: true, create: true });
       await file.write(new Uint8Array(1000));
       await until("/grow");
       await file.write(new Uint8Array(9000));
       await pause(100);`,
      { flags: ["--allow-read"], args: [signs.path] },
    );
    await eventually(
      workflow.path,
      (status) => status?.files.some(({ size }) => size === 1000) ?? false,
    );
    const reader = workflow.start("reader", code, {
      flags: ["-A"],
      args: [signs.path],
    });
    if (!what.startsWith("catches")) await reader.result;
    Deno.writeTextFileSync(`${signs.path}/grow`, "");
    await reader.result;
    assertEquals((await writer.result).stderr, told);
  });
}

function toldToWriter(size: number, read: string): string {
  return `sluice: "reader" was told that "big" has ${size} bytes, and ${read}, but it has 10000 by now: a program that goes by sizes needs the mode "update" for its file\n`;
}
