import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { withCapio } from "../../../src/capio/session/context.ts";
import {
  eventually,
  flow,
  Step,
  TestDirectory,
  untilReaderWaits,
} from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** Writes half, and the rest when the reader says that it has got that. */
const WRITE_IN_TWO_HALVES = `
  import { createWriteStream, existsSync } from "node:fs";
  import { join } from "node:path";
  const stream = createWriteStream(join(Deno.args[0], "out.txt"));
  stream.write("first half, ");
  const timer = setInterval(() => {
    if (!existsSync(Deno.args[1])) return;
    clearInterval(timer);
    stream.end("second half");
  }, 10);`;

const readers: Record<string, string> = {
  createReadStream: `
    import { createReadStream, writeFileSync } from "node:fs";
    let text = "";
    for await (const chunk of createReadStream(path, "utf8")) {
      text += chunk;
      writeFileSync(seen, "");
    }
    console.log(text);`,
  "fs.read by callback": `
    import fs from "node:fs";
    fs.open(path, (error, fd) => {
      let text = "";
      const next = () => fs.read(fd, (error, count, buffer) => {
        if (count === 0) return fs.close(fd, () => console.log(text));
        text += buffer.toString("utf8", 0, count);
        fs.writeFile(seen, "", next);
      });
      next();
    });`,
  "fs.readSync, required": `
    import { createRequire } from "node:module";
    const fs = createRequire(import.meta.url)("fs");
    const fd = fs.openSync(path);
    const buffer = Buffer.alloc(100);
    let text = "";
    for (let count; (count = fs.readSync(fd, buffer)) > 0;) {
      text += buffer.toString("utf8", 0, count);
      fs.writeFileSync(seen, "");
    }
    fs.closeSync(fd);
    console.log(text);`,
  "a FileHandle's read": `
    import { open, writeFile } from "node:fs/promises";
    const handle = await open(path);
    let text = "";
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(100), 0, 100);
      if (bytesRead === 0) break;
      text += buffer.toString("utf8", 0, bytesRead);
      await writeFile(seen, "");
    }
    await handle.close();
    console.log(text);`,
  "a FileHandle's stream, by position": `
    const fs = process.getBuiltinModule("fs");
    const handle = await fs.promises.open(path);
    let text = "";
    for await (const chunk of handle.createReadStream({ start: 0 })) {
      text += chunk;
      await fs.promises.writeFile(seen, "");
    }
    console.log(text);`,
};

for (const [name, code] of Object.entries(readers)) {
  Deno.test(`${name} gets the bytes that are written meanwhile, and the end`, async () => {
    using dir = new TestDirectory();
    using outside = new TestDirectory();
    const cl = dir.writeCl(flow("out.txt"));
    const step = {
      capioDir: dir.path,
      cl,
      args: [dir.path, join(outside.path, "seen")],
      flags: ["-A"],
    };
    await using reader = new Step({
      ...step,
      app: "reader",
      partialReads: true,
      code: `
        const path = Deno.args[0] + "/out.txt";
        const seen = Deno.args[1];
        ${code}`,
    });
    await delay(300);
    const half = { ...step, app: "writer", code: WRITE_IN_TWO_HALVES };
    await using writer = new Step(half);
    assertEquals((await writer.result).stderr, "");
    const { stdout, stderr } = await reader.result;
    assertEquals([stdout, stderr], ["first half, second half\n", ""]);
  });
}

Deno.test("readFile and stat wait in every form until a file is complete", async () => {
  using dir = new TestDirectory();
  const cl = dir.writeCl({ writer: { writes: ["out.txt"] } });
  const step = { capioDir: dir.path, cl, args: [dir.path] };
  await using reader = new Step({
    ...step,
    app: "reader",
    code: `
      import fs, { readFileSync, statSync } from "node:fs";
      import { promisify } from "node:util";
      const path = Deno.args[0] + "/out.txt";
      const [a, b, c] = await Promise.all([
        fs.promises.readFile(path, "utf8"),
        promisify(fs.readFile)(path, "utf8"),
        fs.promises.stat(path),
      ]);
      console.log(a, b, c.size);
      console.log(readFileSync(path, "utf8"), statSync(path).size);`,
  });
  await using writer = new Step({
    ...step,
    app: "writer",
    code: `
      import { writeSync, openSync } from "node:fs";
      const fd = openSync(Deno.args[0] + "/out.txt", "w");
      for (const word of ["a", "b", "c"]) {
        writeSync(fd, word);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }`,
  });
  assertEquals((await writer.result).stderr, "");
  const { stdout, stderr } = await reader.result;
  assertEquals([stdout, stderr], ["abc abc 3\nabc 3\n", ""]);
  assertEquals(dir.list(), ["out.txt"]);
});

Deno.test("an open file is read whole in every form", async () => {
  await using flow = new TestWorkflow({
    writer: { writes: ["out.txt"] },
    reader: { reads: ["out.txt"] },
  });
  const { reader } = await flow.runAll({
    reader: `
      const { default: fs } = await import("node:fs");
      const { promisify } = await import("node:util");
      const path = dir + "/out.txt";
      const reads = [
        (handle) => handle.readFile("utf8"),
        (handle) => fs.promises.readFile(handle, "utf8"),
        (handle) => promisify(fs.readFile)(handle.fd, "utf8"),
        (handle) => fs.readFileSync(handle.fd, "utf8"),
      ];
      for (const read of reads) {
        await using handle = await fs.promises.open(path);
        console.log(await read(handle));
      }`,
    // It closes the file when the reader has the first handle.
    writer: `
      const file = await Deno.open(dir + "/out.txt", { write: true, create: true });
      await file.write(bytes("all"));
      await pause(300);`,
  });
  assertEquals(reader, "all\nall\nall\nall");
});

Deno.test("a read stream gets all that a killed writer wrote, and then an error", async () => {
  using dir = new TestDirectory();
  const cl = dir.writeCl(flow("out.txt"));
  const step = { capioDir: dir.path, cl, args: [dir.path] };
  await using reader = new Step({
    ...step,
    app: "reader",
    code: `
      import { createReadStream } from "node:fs";
      let size = 0;
      createReadStream(Deno.args[0] + "/out.txt")
        .on("data", (chunk) => size += chunk.length)
        .on("end", () => console.log("ended"))
        .on("error", (error) => console.log(error.code, size));`,
  });
  await using writer = new Step({
    ...step,
    app: "writer",
    code: `
      import fs from "node:fs";
      const fd = fs.openSync(Deno.args[0] + "/out.txt", "w");
      fs.writeSync(fd, "half");
      setTimeout(() => {}, 60_000);`,
  });
  await untilReaderWaits(dir.path, 4);
  writer.kill();
  assertEquals((await reader.result).stdout, "WRITER_LOST 4\n");
});

const unfinished: Record<string, (path: string) => Promise<void>> = {
  "a write stream that is destroyed": async (path) => {
    const stream = fs.createWriteStream(path);
    stream.write("half");
    await once(stream, "open");
    stream.destroy();
    await once(stream, "close");
  },
  "a write stream that is destroyed at once": async (path) => {
    const stream = fs.createWriteStream(path);
    stream.destroy();
    await once(stream, "close");
  },
  "a FileHandle's write stream that is destroyed": async (path) => {
    const stream = (await fsPromises.open(path, "w")).createWriteStream();
    stream.write("half");
    stream.destroy();
    await once(stream, "close");
  },
  "a pipeline that fails": async (path) => {
    const source = (async function* () {
      yield await Promise.resolve("half");
      throw new Error("on purpose");
    })();
    await assertRejects(() => pipeline(source, fs.createWriteStream(path)));
  },
  "writeFile of an iterable that fails": async (path) => {
    const source = (async function* () {
      yield await Promise.resolve("half");
      throw new Error("on purpose");
    })();
    await assertRejects(() => fsPromises.writeFile(path, source));
  },
};

for (const [name, write] of Object.entries(unfinished)) {
  Deno.test(`${name} loses the file to its readers`, async () => {
    using dir = new TestDirectory();
    const options = streamedHere(dir.path, "writer");
    await withCapio(options, async () => {
      await write(`${dir.path}/out.txt`);
      await withCapio({ ...options, appName: "reader" }, async () => {
        const read = fsPromises.readFile(`${dir.path}/out.txt`);
        const error = await assertRejects(() => read, Error);
        assertEquals((error as NodeJS.ErrnoException).code, "WRITER_LOST");
      });
    });
    assertEquals(dir.list(), []);
  });
}

Deno.test("an error that leaves the block of a FileHandle loses its file", async () => {
  using dir = new TestDirectory();
  const options = streamedHere(dir.path, "writer");
  await assertRejects(() =>
    withCapio(options, async () => {
      await using handle = await fsPromises.open(`${dir.path}/out.txt`, "w");
      await handle.write("half");
      throw new Error("on purpose");
    })
  );
  assertEquals(dir.list(), []);
});

Deno.test("a read that waits ends with EBADF when its file is closed", async () => {
  using dir = new TestDirectory();
  const options = streamedHere(dir.path, "writer");
  await withCapio(options, async () => {
    const path = `${dir.path}/out.txt`;
    const fd = fs.openSync(path, "w");
    await withCapio({ ...options, appName: "reader" }, async () => {
      const own = fs.openSync(path, "r");
      const reading = promisify(fs.read)(own, new Uint8Array(1), 0, 1, null);
      await delay(50);
      fs.closeSync(own);
      await assertRejects(() => reading, Error, "EBADF");
      const handle = await fsPromises.open(path);
      const again = handle.read(new Uint8Array(1));
      await delay(50);
      await handle.close();
      const { code } = await assertRejects(() => again) as { code?: string };
      assertEquals(code, "EBADF");
    });
    fs.closeSync(fd);
  });
});

Deno.test("a read stream that waits ends as soon as it is destroyed", async () => {
  using dir = new TestDirectory();
  const options = streamedHere(dir.path, "writer");
  await withCapio(options, async () => {
    const path = `${dir.path}/out.txt`;
    await withCapio({ ...options, appName: "reader" }, async () => {
      const opening = fs.createReadStream(path);
      await delay(50);
      opening.destroy();
      await once(opening, "close");
    });
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, "half");
    await withCapio({ ...options, appName: "reader" }, async () => {
      const reading = fs.createReadStream(path, "utf8");
      const [chunk] = await once(reading, "data");
      assertEquals(chunk, "half");
      await delay(50);
      reading.destroy();
      await once(reading, "close");
      const handle = await fsPromises.open(path);
      const stream = handle.createReadStream();
      await once(stream, "data");
      stream.destroy();
      await once(stream, "close");
    });
    fs.closeSync(fd);
  });
});

Deno.test("a file that its producer never made gives ENOENT, with the path as given", async () => {
  using dir = new TestDirectory();
  const cl = dir.writeCl({ writer: { writes: ["out.txt"] } });
  const step = { capioDir: dir.path, cl, args: [dir.path] };
  await using reader = new Step({
    ...step,
    app: "reader",
    code: `
      import { readFileSync } from "node:fs";
      try {
        readFileSync(Deno.args[0] + "/./out.txt");
      } catch (error) {
        const { code, syscall, path, errno, message } = error;
        console.log(code, syscall, path, errno < 0, message);
      }`,
  });
  await eventually(dir.path, (it) => it?.waits.length === 1);
  await using writer = new Step({ ...step, app: "writer", code: "" });
  await writer.result;
  const { stdout } = await reader.result;
  assert(stdout.startsWith(`ENOENT open ${dir.path}/./out.txt true ENOENT: `));
  assert(stdout.includes(`its producer "writer" left without creating it`));
});

Deno.test("node:fs is what it was when the last context ends", async () => {
  using dir = new TestDirectory();
  const before = allProperties();
  const gate = Promise.withResolvers<void>();
  const first = withCapio({ capioDir: dir.path }, () => gate.promise);
  await withCapio({ capioDir: dir.path, workflowName: "other" }, () => {});
  assert(fs.readFile !== before[0].readFile.value);
  gate.resolve();
  await first;
  assertEquals(allProperties(), before);
});

Deno.test("other work of the program sees node:fs as it is", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/out.txt`;
  const made = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const inside = withCapio({ capioDir: dir.path }, async () => {
    await fsPromises.writeFile(path, "inside");
    made.resolve();
    await looked.promise;
  });
  await made.promise;
  assert(!fs.existsSync(path));
  looked.resolve();
  await inside;
  assertEquals(fs.readFileSync(path, "utf8"), "inside");
});

Deno.test("enforceGraph and exclude hold for node:fs", async () => {
  using dir = new TestDirectory();
  const cl = dir.writeCl({ app: { reads: ["in"], writes: ["out"] } });
  const document = JSON.parse(await Deno.readTextFile(cl));
  const excluded = { ...document, exclude: ["plain"] };
  await Deno.writeTextFile(cl, JSON.stringify(excluded));
  const options = {
    capioDir: dir.path,
    appName: "app",
    capioClConfigurationFile: cl,
    enforceGraph: true,
  };
  fs.writeFileSync(`${dir.path}/in`, "in");
  await withCapio(options, async () => {
    assertEquals(fs.readFileSync(`${dir.path}/in`, "utf8"), "in");
    fs.writeFileSync(`${dir.path}/out`, "out");
    fs.writeFileSync(`${dir.path}/plain`, "plain");
    const refused = [
      () => fsPromises.readFile(`${dir.path}/secret`),
      () => fsPromises.open(`${dir.path}/in`, "w"),
      () => fsPromises.copyFile(`${dir.path}/in`, `${dir.path}/other`),
    ];
    for (const call of refused) {
      await assertRejects(call, Deno.errors.NotCapable);
    }
    assertEquals(dir.list().includes("plain"), true);
    assertEquals(dir.list().includes("out"), false);
  });
});

Deno.test("what a flag denies is denied to node:fs", async () => {
  using dir = new TestDirectory();
  await Deno.writeTextFile(`${dir.path}/secret`, "secret");
  await using step = new Step({
    capioDir: dir.path,
    args: [`${dir.path}/secret`],
    flags: [`--deny-read=${dir.path}/secret`],
    code: `
      import fs from "node:fs";
      for (const call of [fs.readFileSync, fs.openSync, fs.statSync]) {
        try {
          call(Deno.args[0]);
        } catch (error) {
          console.log(error.name);
        }
      }`,
  });
  const { stdout } = await step.result;
  assertEquals(stdout, "NotCapable\n".repeat(3));
});

/** A file that one app of this process writes while another one reads it. */
function streamedHere(capioDir: string, appName: string) {
  return {
    capioDir,
    appName,
    rules: [{
      path: "out.txt",
      committed: "on_close",
      fire: "no_update",
      producers: ["writer"],
    }] as const,
  };
}

function allProperties(): Record<string, PropertyDescriptor>[] {
  return [fs, fsPromises, Deno].map(Object.getOwnPropertyDescriptors);
}
