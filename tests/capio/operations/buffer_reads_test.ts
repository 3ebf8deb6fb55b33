/**
 * Reads into a buffer of a file that is still being written: they fill the
 * buffer or meet the end, as on any file, and streams get what is there.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { CapioError, type CapioOptions, withCapio } from "@sluice/sluice/capio";
import { bufferIterator, tee } from "@sluice/sluice/streams";
import { eventually, flow, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const BYTES = 100_000;
const DATA = Uint8Array.from({ length: BYTES }, (_, i) => (i * 7) % 251);
const HASH = createHash("sha256").update(DATA).digest("hex");

/** Writes the data in small pieces, the first of 6 bytes. */
const WRITE = `
  const data = Uint8Array.from({ length: ${BYTES} }, (_, i) => (i * 7) % 251);
  const file = await Deno.open(dir + "/out", { create: true, write: true });
  for (let at = 0, size = 6; at < data.length; at += size, size = 997) {
    for (let rest = data.subarray(at, at + size); rest.length > 0;) {
      rest = rest.subarray(await file.write(rest));
    }
    await pause(at === 0 ? 300 : 1);
  }
  file.close();`;

const READ = `
  import fs from "node:fs";
  import { createHash } from "node:crypto";
  const path = dir + "/out";
  const hash = createHash("sha256");
  const counts = [];
  const take = (bytes, count) => {
    counts.push(count);
    hash.update(bytes.subarray(0, count));
  };
  const tell = () => console.log(JSON.stringify([counts, hash.digest("hex")]));`;

const loops: Record<string, string> = {
  "FsFile.read": `
    const file = await Deno.open(path);
    const buffer = new Uint8Array(4100);
    for (let count; (count = await file.read(buffer)) !== null;) {
      take(buffer, count);
    }
    tell();`,
  "FsFile.readSync": `
    const file = Deno.openSync(path);
    const buffer = new Uint8Array(4100);
    for (let count; (count = file.readSync(buffer)) !== null;) {
      take(buffer, count);
    }
    tell();`,
  "fs.read": `
    const fd = fs.openSync(path);
    const next = () => fs.read(fd, Buffer.alloc(4100), (error, count, buffer) => {
      if (error) throw error;
      if (count === 0) return tell();
      take(buffer, count);
      next();
    });
    next();`,
  "fs.read by position": `
    const fd = fs.openSync(path);
    const buffer = Buffer.alloc(5000);
    const next = (at) => fs.read(fd, buffer, 100, 4100, at, (error, count) => {
      if (error) throw error;
      if (count === 0) return tell();
      take(buffer.subarray(100), count);
      next(typeof at === "bigint" ? at + BigInt(count) : at + count);
    });
    next(0n);`,
  "fs.read with options": `
    const fd = fs.openSync(path);
    const buffer = Buffer.alloc(4100);
    const next = (position) => fs.read(fd, { buffer, position }, (error, count) => {
      if (error) throw error;
      if (count === 0) return tell();
      take(buffer, count);
      next(position + count);
    });
    next(0);`,
  "fs.readSync": `
    const fd = fs.openSync(path);
    const buffer = Buffer.alloc(4100);
    for (let count; (count = fs.readSync(fd, buffer, 0, 4100, null)) > 0;) {
      take(buffer, count);
    }
    tell();`,
  "fs.readSync by position": `
    const fd = fs.openSync(path);
    const buffer = Buffer.alloc(4100);
    for (let at = 0, count; (count = fs.readSync(fd, buffer, 0, 4100, at)) > 0;) {
      take(buffer, count);
      at += count;
    }
    tell();`,
  "fs.readv": `
    const fd = fs.openSync(path);
    const parts = [Buffer.alloc(4000), Buffer.alloc(0), Buffer.alloc(100)];
    const next = () => fs.readv(fd, parts, (error, count) => {
      if (error) throw error;
      if (count === 0) return tell();
      take(Buffer.concat(parts), count);
      next();
    });
    next();`,
  "fs.readvSync by position": `
    const fd = fs.openSync(path);
    const parts = [Buffer.alloc(1), Buffer.alloc(4099)];
    for (let at = 0, count; (count = fs.readvSync(fd, parts, at)) > 0;) {
      take(Buffer.concat(parts), count);
      at += count;
    }
    tell();`,
  "FileHandle.read": `
    const handle = await fs.promises.open(path);
    const buffer = Buffer.alloc(4100);
    for (;;) {
      const read = await handle.read(buffer);
      if (read.buffer !== buffer) throw new Error("another buffer");
      if (read.bytesRead === 0) break;
      take(buffer, read.bytesRead);
    }
    await handle.close();
    tell();`,
  "FileHandle.readv": `
    const handle = await fs.promises.open(path);
    const parts = [Buffer.alloc(4000), Buffer.alloc(100)];
    for (let at = 0;;) {
      const read = await handle.readv(parts, at);
      if (read.buffers !== parts) throw new Error("other buffers");
      if (read.bytesRead === 0) break;
      take(Buffer.concat(parts), read.bytesRead);
      at += read.bytesRead;
    }
    await handle.close();
    tell();`,
};

for (const [name, loop] of Object.entries(loops)) {
  Deno.test(`a read fills its buffer while the file is being written: ${name}`, async () => {
    await using workflow = new TestWorkflow(flow("out"));
    const { reader } = await workflow.runAll({
      reader: READ + loop,
      writer: WRITE,
    });
    const [counts, hash] = JSON.parse(reader);
    const full = Array.from({ length: Math.floor(BYTES / 4100) }, () => 4100);
    assertEquals(counts, [...full, BYTES % 4100]);
    assertEquals(hash, HASH);
  });
}

Deno.test("a program that sniffs the beginning of a file sees all of it", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const { reader } = await workflow.runAll({
    reader: `
      import fs from "node:fs";
      const fd = fs.openSync(dir + "/out");
      const buffer = Buffer.alloc(4100);
      const sizes = [0, 5, 4000].map((at) => fs.readSync(fd, buffer, 0, 4100, at));
      console.log(sizes.join());`,
    writer: WRITE,
  });
  assertEquals(reader, "4100,4100,4100");
});

Deno.test("lines that are read by hand are those of the file", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const { reader } = await workflow.runAll({
    reader: `
      import fs from "node:fs";
      const fd = fs.openSync(dir + "/out");
      const buffer = Buffer.alloc(64);
      let text = "", lines = 0, isShort = false;
      for (let count; (count = fs.readSync(fd, buffer)) > 0;) {
        // A short read is the last one, for such a program.
        if (isShort) throw new Error("more after the end");
        isShort = count < buffer.length;
        text += buffer.toString("latin1", 0, count);
        for (let end; (end = text.indexOf("\\n")) >= 0; lines++) {
          if (text.slice(0, end) !== "line " + lines) throw new Error(text);
          text = text.slice(end + 1);
        }
      }
      console.log(lines);`,
    writer: `
      const file = await Deno.create(dir + "/out");
      for (let line = 0; line < 300; line++) {
        for (const part of ["li", "ne ", line + "\\n"]) {
          await file.write(bytes(part));
          if (line % 10 === 0) await pause(1);
        }
      }
      file.close();`,
  });
  assertEquals(reader, "300");
});

Deno.test("a reader gets what a killed writer wrote, however large its buffer, and then the error", async () => {
  for (const read of ["await file.read(buffer)", "file.readSync(buffer)"]) {
    await using workflow = new TestWorkflow(flow("out"));
    const reader = workflow.run(
      "reader",
      `
      using file = await Deno.open(dir + "/out");
      const buffer = new Uint8Array(1000);
      const seen = [];
      try {
        for (;;) seen.push(${read});
      } catch (error) {
        console.log(seen.join(), error.code, error.message.includes("byte 1300"));
      }`,
    );
    const writer = workflow.start(
      "writer",
      `
      using file = await Deno.create(dir + "/out");
      await file.write(new Uint8Array(1300));
      await pause(60_000);`,
    );
    await eventually(workflow.path, (it) => it?.files[0]?.size === 1300);
    await delay(200);
    writer.kill();
    await writer.result;
    assertEquals(await reader, "1000,300 WRITER_LOST true");
  }
});

Deno.test("update: the first read waits for the commit, and fills its buffer", async () => {
  const apps = flow("out");
  const rule = { name: ["out"], committed: "on_close", mode: "update" };
  await using workflow = new TestWorkflow({
    ...apps,
    writer: { writes: ["out"], streaming: [rule] },
  });
  const { reader } = await workflow.runAll({
    reader: READ + loops["fs.readSync"],
    writer: WRITE,
  });
  assertEquals(JSON.parse(reader)[1], HASH);
});

for (const partialReads of [true, false]) {
  Deno.test(`partialReads ${partialReads}: a read of a growing file waits for one byte, or for all`, async () => {
    await using workflow = new TestWorkflow(flow("out"));
    const read = `
      import fs from "node:fs";
      const file = await Deno.open(dir + "/out");
      const fd = fs.openSync(dir + "/out");
      const handle = await fs.promises.open(dir + "/out");
      const { bytesRead } = await handle.read(Buffer.alloc(100), 0, 100);
      console.log([
        await file.read(new Uint8Array(100)),
        fs.readSync(fd, Buffer.alloc(100)),
        bytesRead,
      ].join());
      Deno.writeTextFileSync(args[0] + "/seen", "");`;
    const write = `
      const file = await Deno.create(dir + "/out");
      await file.write(new Uint8Array(10));
      for (let i = 0; i < (${partialReads} ? 1000 : 20); i++) {
        await pause(20);
        if ([...Deno.readDirSync(args[0])].length > 0) break;
      }
      await file.write(new Uint8Array(1000));
      file.close();`;
    using outside = new TestDirectory();
    const options = { args: [outside.path], flags: ["-A"] };
    const reader = workflow.run("reader", read, { ...options, partialReads });
    await workflow.run("writer", write, options);
    assertEquals(await reader, partialReads ? "10,10,10" : "100,100,100");
  });
}

/** Ways to read a growing file as a stream, until it ends. */
const streams: Record<
  string,
  (path: string) => AsyncIterable<Uint8Array | string>
> = {
  "FsFile.readable": async function* (path) {
    yield* (await Deno.open(path)).readable;
  },
  createReadStream: (path) => fs.createReadStream(path),
  "FileHandle.createReadStream": async function* (path) {
    yield* (await fsPromises.open(path)).createReadStream();
  },
  "FileHandle.readableWebStream": async function* (path) {
    await using handle = await fsPromises.open(path);
    yield* handle.readableWebStream() as ReadableStream<Uint8Array>;
  },
  "FileHandle.readLines": async function* (path) {
    await using handle = await fsPromises.open(path);
    yield* handle.readLines();
  },
  bufferIterator: async function* (path) {
    using file = await Deno.open(path);
    yield* bufferIterator(file, { bufferSize: 6 });
  },
  tee: async function* (path) {
    using file = await Deno.open(path);
    const [one, other] = tee(file, 2);
    const rest = new Response(other).bytes();
    yield* one;
    await rest;
  },
};

for (const [name, read] of Object.entries(streams)) {
  Deno.test(`a stream gets the bytes as soon as they are there: ${name}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/out`;
    const seen = ["piece\n", "pieces", " of it", "\n"];
    const heard = seen.map(() => Promise.withResolvers<void>());
    const [, text] = await deadline(
      Promise.all([
        withCapio(here(dir, "writer"), async () => {
          using file = await Deno.create(path);
          for (const [i, piece] of seen.entries()) {
            await file.write(new TextEncoder().encode(piece));
            // A line is not whole before its end.
            if (i === 0) await heard[i].promise;
          }
        }),
        withCapio(here(dir, "reader"), async () => {
          let text = "";
          for await (const chunk of read(path)) {
            text += typeof chunk === "string"
              ? `${chunk}\n`
              : new TextDecoder().decode(chunk);
            heard[0].resolve();
          }
          return text;
        }),
      ]),
      10_000,
    );
    assertEquals(text, seen.join(""));
  });
}

Deno.test("reads of one file take their turn, and a seek waits behind them", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/out`;
  await withCapio(here(dir, "writer"), async () => {
    using file = await Deno.create(path);
    await withCapio(here(dir, "reader"), async () => {
      using input = await Deno.open(path);
      const handle = await fsPromises.open(path);
      const buffers = Array.from({ length: 6 }, () => Buffer.alloc(4));
      const done: string[] = [];
      const reads = [
        ...buffers.slice(0, 3).map((it, i) =>
          input.read(it).then(() => done.push(`${i}`))
        ),
        input.seek(2, Deno.SeekMode.Start).then(() => done.push("seek")),
        input.read(buffers[3]).then(() => done.push("3")),
        ...buffers.slice(4).map((it) => handle.read(it)),
      ];
      for (const text of ["a", "bcde", "fghijk", "lm"]) {
        await delay(5);
        assertEquals(done.length, text === "lm" ? 2 : text > "f" ? 1 : 0);
        await file.write(new TextEncoder().encode(text));
        await delay(30);
      }
      await Promise.all(reads);
      await handle.close();
      assertEquals(done, ["0", "1", "2", "seek", "3"]);
      const texts = buffers.map(String);
      assertEquals(texts, ["abcd", "efgh", "ijkl", "cdef", "abcd", "efgh"]);
    });
  });
});

Deno.test("a read by position waits for no other read", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/out`;
  await withCapio(here(dir, "writer"), async () => {
    using file = await Deno.create(path);
    await file.write(new TextEncoder().encode("abc"));
    await withCapio(here(dir, "reader"), async () => {
      const handle = await fsPromises.open(path);
      const far = handle.read(Buffer.alloc(2), 0, 2, 100);
      const next = handle.read(Buffer.alloc(9));
      const near = await handle.read(Buffer.alloc(2), 0, 2, 1);
      assertEquals(String(near.buffer), "bc");
      await file.truncate(101);
      file.close();
      assertEquals((await far).bytesRead, 1);
      assertEquals((await next).bytesRead, 9);
      await handle.close();
    });
  });
});

/** Ends of a read in the middle, and the error of the next one. */
const interruptions: Record<
  string,
  (it: { close: () => void; stop: () => void; fail: () => void }) => void
> = {
  "the file is closed": ({ close }) => close(),
  "the signal is aborted": ({ stop }) => stop(),
  "the writer is lost": ({ fail }) => fail(),
};

for (const [name, interrupt] of Object.entries(interruptions)) {
  Deno.test(`a read that is interrupted returns what it has, and the next one fails: ${name}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/out`;
    const stop = new AbortController();
    await withCapio(here(dir, "writer"), async () => {
      const writer = fs.createWriteStream(path);
      await new Promise((done) => writer.write("half", done));
      const options = { ...here(dir, "reader"), signal: stop.signal };
      await withCapio(options, async () => {
        const file = await Deno.open(path);
        const handle = await fsPromises.open(path);
        const fd = fs.openSync(path, "r");
        const read = (fd: number) =>
          new Promise<number>((resolve, reject) =>
            fs.read(
              fd,
              Buffer.alloc(9),
              0,
              9,
              null,
              (error, count) => error ? reject(error) : resolve(count),
            )
          );
        const first = Promise.all([
          file.read(Buffer.alloc(9)),
          handle.read(Buffer.alloc(9)).then((it) => it.bytesRead),
          handle.readv([Buffer.alloc(1), Buffer.alloc(9)], 0).then((it) =>
            it.bytesRead
          ),
          read(fd),
        ]);
        await delay(50);
        const close = () => {
          file.close();
          handle.close();
          fs.closeSync(fd);
        };
        interrupt({
          close,
          stop: () => stop.abort(new Error("enough")),
          fail: () => void writer.destroy(),
        });
        assertEquals(await deadline(first, 5000), [4, 4, 4, 4]);
        for (
          const next of [
            () => file.read(Buffer.alloc(9)),
            () => handle.read(Buffer.alloc(9)),
            () => read(fd),
          ]
        ) await assertRejects(next, Error);
        if (name !== "the file is closed") close();
      });
      writer.destroy();
    });
  });
}

Deno.test("a synchronous read returns what only its own thread has written, and then throws", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/out`;
  await withCapio(here(dir, "writer"), async () => {
    using file = await Deno.create(path);
    await file.write(new TextEncoder().encode("half"));
    await withCapio(here(dir, "reader"), () => {
      using input = Deno.openSync(path);
      const fd = fs.openSync(path, "r");
      const reads = [
        () => input.readSync(new Uint8Array(9)),
        () => fs.readSync(fd, Buffer.alloc(9)),
        () => fs.readvSync(fd, [Buffer.alloc(9)], 0),
      ];
      assertEquals(reads.map((read) => read()), [4, 4, 4]);
      for (const read of reads.slice(0, 2)) {
        const error = thrownBy(read);
        assert(error instanceof CapioError, String(error));
        assertEquals(error.code, "DEADLOCK");
      }
      fs.closeSync(fd);
    });
  });
});

Deno.test("pipes and real files are read as ever", async () => {
  using dir = new TestDirectory();
  await Deno.writeTextFile(`${dir.path}/real`, "12345");
  await new Deno.Command("mkfifo", { args: [`${dir.path}/pipe`] }).output();
  await withCapio({ capioDir: dir.path }, async () => {
    using file = await Deno.open(`${dir.path}/real`);
    assertEquals(await file.read(new Uint8Array(9)), 5);
    assertEquals(await file.read(new Uint8Array(9)), null);
    const reading = Deno.open(`${dir.path}/pipe`);
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        `(printf abc; sleep 1; printf def) > "$1"`,
        "sh",
        `${dir.path}/pipe`,
      ],
    }).output();
    using pipe = await reading;
    assertEquals(await pipe.read(new Uint8Array(9)), 3);
    assertEquals(await pipe.read(new Uint8Array(9)), 3);
    await child;
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
}

/** One of two apps of this process, of which one writes what the other reads. */
function here(dir: TestDirectory, appName: string): CapioOptions {
  return {
    capioDir: dir.path,
    appName,
    rules: [{
      path: "out",
      committed: "on_close",
      fire: "no_update",
      producers: ["writer"],
    }],
  };
}
