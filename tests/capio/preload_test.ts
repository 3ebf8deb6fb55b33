import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { eventually, flow, Step, TestDirectory } from "./step.ts";

const READ_ALL = `
  const file = await Deno.open(Deno.args[0]);
  const hash = [];
  let size = 0, reads = 0;
  for (const buffer = new Uint8Array(1 << 20);;) {
    const count = await file.read(buffer);
    if (count === null) break;
    size += count;
    reads++;
    for (let i = 0; i < count; i += 4099) hash.push(buffer[i]);
  }
  file.close();
  console.log(JSON.stringify({ size, reads }));
`;

Deno.test("a reader that comes first gets what a later writer writes", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("out.txt"));
  const path = join(dir.path, "out.txt");
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [path],
    code: `console.log(await Deno.readTextFile(Deno.args[0]));`,
  });
  await delay(1000);
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [path],
    code: `
      const file = await Deno.open(Deno.args[0], { create: true, write: true });
      for (const word of ["half ", "and ", "half"]) {
        await file.write(new TextEncoder().encode(word));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      file.close();`,
  });
  assertEquals((await writer.result).stderr, "");
  assertEquals((await reader.result).stdout, "half and half\n");
  assertEquals(dir.list(), ["out.txt"]);
});

Deno.test("without a configuration a reader gets the file when its writer has ended", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "out.txt");
  await using reader = new Step({
    capioDir: dir.path,
    args: [path],
    code: `console.log(await Deno.readTextFile(Deno.args[0]));`,
  });
  await using writer = new Step({
    capioDir: dir.path,
    args: [path],
    code: `
      await Deno.writeTextFile(Deno.args[0], "first");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await Deno.writeTextFile(Deno.args[0], "second");`,
  });
  assertEquals((await writer.result).stderr, "");
  assertEquals((await reader.result).stdout, "second\n");
  assertEquals(await Deno.readTextFile(path), "second");
});

Deno.test("a reader gets all that a killed writer wrote, and then an error", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("out.bin"));
  const path = join(dir.path, "out.bin");
  const code = `
    const file = await Deno.open(Deno.args[0]);
    let size = 0;
    try {
      for await (const chunk of file.readable) size += chunk.length;
      console.log("ended", size);
    } catch (error) {
      console.log(error.name, error.code, size, error.message);
    }`;
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [path],
    code,
  });
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [path],
    code: `
      const file = await Deno.open(Deno.args[0], { create: true, write: true });
      for (let i = 0; i < 10; i++) await file.write(new Uint8Array(1000));
      console.log("half-way");
      await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  });
  // Once the reader is certainly in the middle of it.
  while (!dir.list().some((name) => name.endsWith("spool/out.bin"))) {
    await delay(20);
  }
  await delay(300);
  writer.kill();
  assertEquals((await writer.result).signal, "SIGKILL");
  const { stdout } = await reader.result;
  assertStringIncludes(stdout, "CapioError WRITER_LOST 10000");
  assertStringIncludes(stdout, `"out.bin" past byte 10000`);
  assertEquals(dir.list(), []);
});

Deno.test("a reader gets 100-byte writes one by one", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("out.txt"));
  const path = join(dir.path, "out.txt");
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [path],
    code: READ_ALL,
  });
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [path],
    code: `
      const file = await Deno.open(Deno.args[0], { create: true, write: true });
      const record = new Uint8Array(100).fill(65);
      for (let i = 0; i < 200; i++) {
        file.writeSync(record);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      file.close();`,
  });
  assertEquals((await writer.result).stderr, "");
  const { size, reads } = JSON.parse((await reader.result).stdout);
  assertEquals(size, 20_000);
  // Not held back: the reader sees far more than a few large pieces.
  assertGreater(reads, 20);
});

Deno.test("a gigabyte in 1 MiB writes arrives whole and in order", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("big.bin"));
  const path = join(dir.path, "big.bin");
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [path],
    code: `
      const file = await Deno.open(Deno.args[0]);
      const words = new BigUint64Array(1 << 17);
      const buffer = new Uint8Array(words.buffer);
      let position = 0, wrong = 0;
      for (let filled = 0;;) {
        const count = await file.read(buffer.subarray(filled));
        if (count === null) break;
        filled += count;
        if (filled < buffer.length) continue;
        // Every 4 KiB carry their own position.
        for (let i = 0; i < words.length; i += 512) {
          if (words[i] !== BigInt(position + i * 8)) wrong++;
        }
        position += filled;
        filled = 0;
      }
      file.close();
      console.log(JSON.stringify({ position, wrong }));`,
  });
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [path],
    code: `
      const file = await Deno.open(Deno.args[0], { create: true, write: true });
      const words = new BigUint64Array(1 << 17);
      const buffer = new Uint8Array(words.buffer);
      for (let mebibyte = 0; mebibyte < 1024; mebibyte++) {
        for (let i = 0; i < words.length; i += 512) {
          words[i] = BigInt(mebibyte * buffer.length + i * 8);
        }
        for (let rest = buffer; rest.length > 0;) {
          rest = rest.subarray(await file.write(rest));
        }
      }
      file.close();`,
  });
  assertEquals((await writer.result).stderr, "");
  assertEquals(
    (await reader.result).stdout.trim(),
    JSON.stringify({ position: 2 ** 30, wrong: 0 }),
  );
});

Deno.test("a hundred small files arrive, each whole", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl({
    writer: {
      writes: ["*.txt"],
      streaming: [{
        name: ["*.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    reader: { reads: ["*.txt"] },
  });
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [dir.path],
    code: `
      for (let i = 99; i >= 0; i--) {
        const text = await Deno.readTextFile(Deno.args[0] + "/" + i + ".txt");
        if (text !== "contents of " + i) console.log("wrong", i, text);
      }
      console.log("all read");`,
  });
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [dir.path],
    code: `
      for (let i = 0; i < 100; i++) {
        await Deno.writeTextFile(Deno.args[0] + "/" + i + ".txt", "contents of " + i);
      }`,
  });
  assertEquals((await writer.result).stderr, "");
  assertEquals((await reader.result).stdout, "all read\n");
  assertEquals(dir.list().length, 100);
});

Deno.test("two workflows in one directory do not see each other's files", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("out.txt"));
  const path = join(dir.path, "out.txt");
  const step = (workflow: string, app: string, code: string) =>
    new Step({ capioDir: dir.path, workflow, app, cl, args: [path], code });
  const read = `console.log(await Deno.readTextFile(Deno.args[0]));`;
  const write = (text: string) => `
    using file = await Deno.open(Deno.args[0], {
      create: true,
      write: true,
      truncate: true,
    });
    for (const letter of "${text}") {
      await file.write(new TextEncoder().encode(letter));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`;
  await using redReader = step("red", "reader", read);
  await using blueReader = step("blue", "reader", read);
  // A reader that comes after both ended finds the later one's file.
  for (const workflow of ["red", "blue"]) {
    await eventually(dir.path, (it) => it?.waits.length === 1, workflow);
  }
  await using redWriter = step("red", "writer", write("red letters"));
  await using blueWriter = step("blue", "writer", write("blue letters"));
  assertEquals((await redWriter.result).stderr, "");
  assertEquals((await blueWriter.result).stderr, "");
  assertEquals((await redReader.result).stdout, "red letters\n");
  assertEquals((await blueReader.result).stdout, "blue letters\n");
  assertEquals(dir.list(), ["out.txt"]);
});

Deno.test("a step that starts after its producer has ended finds everything", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl({
    ...flow("out.txt"),
  });
  const path = join(dir.path, "out.txt");
  await using writer = new Step({
    capioDir: dir.path,
    app: "writer",
    cl,
    args: [path],
    code: `await Deno.writeTextFile(Deno.args[0], "done long ago");`,
  });
  assertEquals((await writer.result).stderr, "");
  await using reader = new Step({
    capioDir: dir.path,
    app: "reader",
    cl,
    args: [path],
    code: `console.log(await Deno.readTextFile(Deno.args[0]));`,
  });
  assertEquals((await reader.result).stdout, "done long ago\n");
  assertEquals(dir.list(), ["out.txt"]);
});

Deno.test("a step that starts after its producer was killed is told", async () => {
  using dir = new TestDirectory();
  const cl = await dir.writeCl(flow("out.txt"));
  const path = join(dir.path, "out.txt");
  const step = (app: string, code: string) =>
    new Step({
      capioDir: dir.path,
      app,
      cl,
      args: [path],
      flags: ["--allow-run"],
      code,
    });
  await using writer = step(
    "writer",
    `const file = await Deno.open(Deno.args[0], { create: true, write: true });
    await file.write(new TextEncoder().encode("half"));
    Deno.kill(Deno.pid, "SIGKILL");`,
  );
  assertEquals((await writer.result).signal, "SIGKILL");
  await using reader = step(
    "reader",
    `await Deno.readTextFile(Deno.args[0]).catch((e) => console.log(e.code));`,
  );
  assertEquals((await reader.result).stdout, "WRITER_LOST\n");
  assertEquals(dir.list(), []);
});

Deno.test("a run after a crash starts clean and says what it found", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "out.txt");
  const write = (text: string, then = "") => ({
    capioDir: dir.path,
    args: [path],
    flags: ["--allow-run"],
    code: `await Deno.writeTextFile(Deno.args[0], "${text}"); ${then}`,
  });
  await using crashed = new Step(
    write("from the first run", `Deno.kill(Deno.pid, "SIGKILL");`),
  );
  await crashed.result;
  await using second = new Step(write("from the second run"));
  const { code, stderr } = await second.result;
  assertEquals(code, 0);
  assertStringIncludes(stderr, "did not end properly");
  assertStringIncludes(stderr, "discarded 1 unfinished file");
  assertEquals(await Deno.readTextFile(path), "from the second run");
  assertEquals(dir.list(), ["out.txt"]);
});

for (
  const [what, prepare, expected] of [
    ["a directory that does not exist", { capioDir: "/nowhere/at/all" }, [
      `Cannot use "/nowhere/at/all" as capioDir: it does not exist`,
      "create it first",
    ]],
    ["a configuration that does not exist", { cl: "/nowhere/cl.json" }, [
      `Cannot read the CAPIO-CL configuration "/nowhere/cl.json"`,
    ]],
    ["a configuration that is not JSON", { clText: `{"name": ` }, [
      "JSON",
    ]],
    ["a configuration with an unknown member", {
      clText: `{"name": "x", "IO_Graph": [], "colour": "red"}`,
    }, ["colour"]],
    ["settings that do not exist", {
      clText:
        `{"version": 1.1, "name": "x", "IO_Graph": [], "configuration": "no.toml"}`,
    }, ["Cannot read the CAPIO-CL settings", "no.toml"]],
    ["a missing permission", { denyWrite: true }, [
      "Requires write access",
      "--allow-write",
    ]],
  ] as const
) {
  Deno.test(`${what} is reported in one line, and nothing is left behind`, async () => {
    using dir = new TestDirectory();
    const options: {
      capioDir?: string;
      cl?: string;
      clText?: string;
      denyWrite?: boolean;
    } = prepare;
    if (options.clText) {
      await Deno.writeTextFile(`${dir.path}.json`, options.clText);
    }
    await using step = new Step({
      capioDir: options.capioDir ?? dir.path,
      cl: options.clText ? `${dir.path}.json` : options.cl,
      flags: options.denyWrite ? [`--deny-write=${dir.path}`] : [],
      code: `console.log("ran");`,
    });
    const { code, stdout, stderr } = await step.result;
    assertEquals(stdout, "");
    assertEquals(code, 1);
    assertEquals(stderr.trim().split("\n").length, 1);
    for (const part of expected) assertStringIncludes(stderr, part);
    assert(stderr.startsWith("sluice: "));
    assertEquals(dir.list(), []);
  });
}

Deno.test("the environment says how long a file that nobody creates is waited for", async () => {
  using dir = new TestDirectory();
  const code = `
    try {
      await Deno.readTextFile(Deno.args[0]);
    } catch (error) {
      console.log(error.name, error.code);
    }`;
  await using step = new Step({
    capioDir: dir.path,
    openTimeoutSeconds: 0,
    args: [join(dir.path, "missing.txt")],
    code,
  });
  assertEquals((await step.result).stdout, "NotFound ENOENT\n");
});

Deno.test("a limit that is no number is refused before the program begins", async () => {
  using dir = new TestDirectory();
  await using step = new Step({
    capioDir: dir.path,
    openTimeoutSeconds: NaN,
    code: `console.log("begun");`,
  });
  const { code, stdout, stderr } = await step.result;
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, `"CAPIO_OPEN_TIMEOUT_SECONDS" must be a number`);
});

Deno.test("a step that gives up its write permission says what it cannot publish, and the next run does", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "out.txt");
  await using hardened = new Step({
    capioDir: dir.path,
    args: [path],
    code: `
      await Deno.writeTextFile(Deno.args[0], "written");
      Deno.permissions.revokeSync({ name: "write" });`,
  });
  const { code, stderr } = await hardened.result;
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot publish "out.txt", which stays in`);
  await using next = new Step({
    capioDir: dir.path,
    args: [path],
    code: `console.log(await Deno.readTextFile(Deno.args[0]));`,
  });
  assertEquals((await next.result).stdout, "written\n");
  assertEquals(dir.list(), ["out.txt"]);
});

Deno.test("a reader that gives up its permissions ends as it would outside", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "out.txt");
  await using reader = new Step({
    capioDir: dir.path,
    args: [path],
    code: `
      Deno.permissions.revokeSync({ name: "write" });
      console.log(await Deno.readTextFile(Deno.args[0]));
      Deno.permissions.revokeSync({ name: "read" });`,
  });
  await using writer = new Step({
    capioDir: dir.path,
    args: [path],
    code: `
      await Deno.writeTextFile(Deno.args[0], "late");
      await new Promise((resolve) => setTimeout(resolve, 300));`,
  });
  assertEquals((await writer.result).stderr, "");
  const { code, stdout, stderr } = await reader.result;
  assertEquals([code, stdout, stderr], [0, "late\n", ""]);
});
