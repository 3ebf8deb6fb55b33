/**
 * What fails with the original (PyCAPIO 0.0.2 and its native server), in the
 * order in which it was measured there. The cases 14 and, without rules, 15
 * are in `preload_test.ts`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { eventually, flow, TestDirectory } from "./step.ts";
import { printing, TestWorkflow } from "./test_workflow.ts";

/** Every file is committed at its first close, and read while it is written. */
const ALL_STREAMED = { name: ["*"], committed: "on_close", mode: "no_update" };
const STREAMED_BY_WRITER = {
  writer: { writes: ["*"], streaming: [ALL_STREAMED] },
  // Named, so that it may come when the writer has gone.
  reader: { reads: ["*"] },
};

Deno.test("1: a reader that reads before the first write gets every byte", async () => {
  await using workflow = new TestWorkflow(STREAMED_BY_WRITER);
  const { reader: read } = await workflow.runAll({
    reader: `
      let wrong = 0;
      for (let i = 0; i < 60; i++) {
        const file = await Deno.open(dir + "/" + i);
        const text = await new Response(file.readable).text();
        if (text !== "contents of " + i) wrong++;
      }
      console.log(wrong);`,
    writer: `
      for (let i = 0; i < 60; i++) {
        const file = await Deno.create(dir + "/" + i);
        await pause(1 + i % 5);
        await file.write(bytes("contents of " + i));
        file.close();
      }`,
  });
  assertEquals(read, "0");
});

Deno.test("2: a reader that closes early ends the stream for nobody else", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const early = workflow.run(
    "early",
    `
    using file = await Deno.open(dir + "/out");
    console.log(await file.read(new Uint8Array(1)));`,
  );
  const patient = workflow.run("patient", printing("out"));
  await workflow.run(
    "writer",
    `
    const file = await Deno.create(dir + "/out");
    await file.write(bytes("first "));
    await pause(700);
    await file.write(bytes("second"));
    file.close();`,
  );
  assertEquals(await early, "1");
  assertEquals(await patient, "first second");
});

Deno.test("2: a writer that fails inside its block is an error for its readers", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const read = workflow.run(
    "reader",
    `
    using file = await Deno.open(dir + "/out");
    let size = 0;
    try {
      for await (const chunk of file.readable) size += chunk.length;
      console.log("a clean end");
    } catch (error) {
      console.log(error.code, size, error.message);
    }`,
  );
  // A writer that is gone before anybody came has nobody to tell.
  await eventually(workflow.path, (it) => it?.members.length === 1);
  const writer = workflow.start(
    "writer",
    `
    // The error takes its time to get out of the block.
    using _ = { [Symbol.dispose]() {
      for (const end = performance.now() + 20; performance.now() < end;);
    } };
    using file = await Deno.create(dir + "/out");
    await file.write(new Uint8Array(100));
    throw new Error("on purpose");`,
  );
  const { code, stderr } = await writer.result;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "on purpose");
  const said = await read;
  assertStringIncludes(said, `WRITER_LOST 100 Cannot read "out"`);
  assertStringIncludes(said, `its writer "writer"`);
  assertEquals(workflow.list(), []);
});

Deno.test("3: truncating, appending, exclusive creation and read-only mean what they say", async () => {
  await using workflow = new TestWorkflow();
  const write = `
    const path = dir + "/out";
    const put = async (text: string, options: Deno.OpenOptions) => {
      using file = await Deno.open(path, options);
      await file.write(bytes(text));
    };
    const refused = (call: () => unknown) =>
      Promise.resolve().then(call).then(() => "allowed", (error) => error.name);`;
  const said = await workflow.run(
    "app",
    `${write}
    await put("a long first text", { write: true, create: true });
    await put("short", { write: true, truncate: true });
    await put(" and more", { append: true });
    console.log(await Deno.readTextFile(path));
    console.log(await refused(() => put("", { write: true, createNew: true })));
    using file = await Deno.open(path);
    console.log(await refused(() => file.write(bytes("x"))));`,
  );
  const last = "short and more";
  assertEquals(said.split("\n"), [
    last,
    "AlreadyExists",
    "Error",
  ]);
  assertEquals(await Deno.readTextFile(join(workflow.path, "out")), last);

  await workflow.run(
    "app",
    `${write}
    await put(" of the next run", { append: true });
    await put("S", { write: true });`,
  );
  const next = "Short and more of the next run";
  assertEquals(await Deno.readTextFile(join(workflow.path, "out")), next);
});

Deno.test("4: a sibling with the same prefix is outside, a symbolic link to the directory inside", async () => {
  await using workflow = new TestWorkflow();
  const sibling = `${workflow.path}2`;
  const link = `${workflow.path}.link`;
  await Deno.mkdir(sibling);
  await Deno.symlink(workflow.path, link);
  try {
    const flags = [
      `--allow-read=${sibling},${link}`,
      `--allow-write=${sibling},${link}`,
    ];
    const read = workflow.run("reader", printing("out"), { flags });
    const written = await workflow.run(
      "writer",
      `
      const [sibling, link] = args;
      await Deno.writeTextFile(sibling + "/out", "outside");
      await Deno.writeTextFile(link + "/out", "half");
      await pause(300);
      await Deno.writeTextFile(link + "/out", "through the link");
      console.log([...Deno.readDirSync(sibling)].length);
      console.log([...Deno.readDirSync(dir)].length);`,
      { args: [sibling, link], flags },
    );
    assertEquals(written, "1\n1");
    assertEquals(await read, "through the link");
    assertEquals(await Deno.readTextFile(join(sibling, "out")), "outside");
    assertEquals(workflow.list(), ["out"]);
  } finally {
    await Deno.remove(link);
    await Deno.remove(sibling, { recursive: true });
  }
});

Deno.test("5: names may be long, alike, and of any characters", async () => {
  await using workflow = new TestWorkflow(STREAMED_BY_WRITER);
  const names = [
    "with spaces in it",
    " leading and trailing ",
    "line\nbreak",
    `"quotes" and 'quotes'`,
    "back\\slash",
    "%41 %2e",
    "ünï ☃ 𝄞",
    "star * and [brackets]?",
    "-dash",
    "a".repeat(255),
    "a".repeat(254) + "b",
    `${"d".repeat(200)}/${"d".repeat(200)}/${"e".repeat(255)}`,
  ];
  const args = [JSON.stringify(names)];
  const { reader: read } = await workflow.runAll({
    reader: `
      const wrong = [];
      for (const [i, name] of JSON.parse(args[0]).entries()) {
        const text = await Deno.readTextFile(dir + "/" + name);
        if (text !== "contents " + i) wrong.push(name);
      }
      console.log(JSON.stringify(wrong));`,
    writer: `
      for (const [i, name] of JSON.parse(args[0]).entries()) {
        const path = dir + "/" + name;
        const parent = path.slice(0, path.lastIndexOf("/"));
        await Deno.mkdir(parent, { recursive: true });
        await Deno.writeTextFile(path, "contents " + i);
      }`,
  }, { args });
  assertEquals(read, "[]");
  for (const [i, name] of names.entries()) {
    const text = await Deno.readTextFile(join(workflow.path, name));
    assertEquals(text, `contents ${i}`);
  }
});

Deno.test("6: a writer killed inside a large write hangs nobody, and not the next run", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const read = `
    using file = await Deno.open(dir + "/out");
    let size = 0, wrong = 0;
    const buffer = new Uint8Array(1 << 20);
    try {
      for (let count; (count = await file.read(buffer)) !== null;) {
        wrong += buffer.subarray(0, count).some((byte) => byte !== 7) ? 1 : 0;
        size += count;
      }
      console.log("end", size, wrong);
    } catch (error) {
      console.log(error.code, error.message.includes("byte " + size), wrong);
    }`;
  const write = (size: number) => `
    const data = new Uint8Array(${size}).fill(7);
    using file = await Deno.create(dir + "/out");
    for (let rest = data; rest.length > 0;) {
      rest = rest.subarray(await file.write(rest));
    }`;
  const reader = workflow.run("reader", read);
  const writer = workflow.start("writer", write(512 * 2 ** 20));
  await eventually(workflow.path, (it) => (it?.files[0]?.size ?? 0) > 0);
  writer.kill();
  assertEquals((await writer.result).signal, "SIGKILL");
  assertEquals(await reader, "WRITER_LOST true 0");
  assertEquals(workflow.list(), []);

  const next = await workflow.runAll({ reader: read, writer: write(1000) });
  assertEquals(next.reader, "end 1000 0");
});

Deno.test("6: a stopped reader hangs nobody", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const stopped = workflow.start("reader", printing("out"));
  await eventually(workflow.path, (it) => it?.waits.length === 1);
  stopped.kill("SIGSTOP");
  const { reader } = await workflow.runAll({
    reader: printing("out"),
    writer: `await Deno.writeTextFile(dir + "/out", "for all");`,
  });
  assertEquals(reader, "for all");
  stopped.kill("SIGCONT");
  assertEquals((await stopped.result).stdout, "for all\n");
  assertEquals(workflow.list(), ["out"]);
});

Deno.test("7: a file that its producer never made is not found, an input file is there at once", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["never"] },
    reader: { reads: ["never", "input"] },
  });
  await Deno.writeTextFile(join(workflow.path, "input"), "from before");
  const read = workflow.run(
    "reader",
    `
    ${printing("input")}
    await Deno.readTextFile(dir + "/never").catch((error) => {
      console.log(error.name, error.message);
    });`,
  );
  await eventually(
    workflow.path,
    (it) => it?.waits.some(({ why }) => why.includes(`"writer"`)) ?? false,
  );
  await workflow.run("writer", "");
  assertEquals(
    await read,
    `from before\nNotFound Cannot open "never" for reading: ` +
      `its producer "writer" left without creating it`,
  );
});

Deno.test("8: directories may come from anywhere and lie at any depth", async () => {
  await using workflow = new TestWorkflow(STREAMED_BY_WRITER);
  await Deno.mkdir(join(workflow.path, "present/from/before"), {
    recursive: true,
  });
  const args = [
    "present/from/before/file",
    "made/by/the/writer/file",
    "made/by/another/file",
  ];
  const read = workflow.run(
    "reader",
    `
    for (const path of args) {
      console.log(await Deno.readTextFile(dir + "/" + path));
    }
    const names = [];
    for await (const { name } of Deno.readDir(dir + "/made/..")) {
      names.push(name);
    }
    console.log(names.sort().join());`,
    { args },
  );
  await workflow.run(
    "writer",
    `
    for (const path of args.map((path) => dir + "/" + path)) {
      const parent = path.slice(0, path.lastIndexOf("/"));
      await Deno.mkdir(parent, { recursive: true });
      await Deno.mkdir(parent, { recursive: true });
      await Deno.writeTextFile(path, "text");
    }`,
    { args },
  );
  assertEquals(await read, "text\ntext\ntext\nmade,present");
});

Deno.test("9: who comes first may go first, and a run knows nothing of the one before", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const run = async (text: string) => {
    await workflow.run("first", "");
    const read = workflow.run("reader", printing("out"));
    await eventually(workflow.path, (it) => it?.waits.length === 1);
    await workflow.run(
      "writer",
      `
      using file = await Deno.create(dir + "/out");
      await pause(50);
      await file.write(bytes("${text}"));`,
    );
    assertEquals(await read, text);
    assertEquals(workflow.list(), ["out"]);
  };
  await run("of the first run");
  await run("of the second");
});

Deno.test("10: workers, concurrent calls and child processes work inside a context", async () => {
  await using workflow = new TestWorkflow();
  const preload = import.meta.resolve("../../src/capio/session/preload.ts");
  const worker = `${workflow.path}.worker.ts`;
  await Deno.writeTextFile(
    worker,
    `
    import "${preload}";
    onmessage = async ({ data }) => {
      for (let i = 0; i < 20; i++) {
        await Deno.writeTextFile(data + "-" + i, "by a worker");
      }
      postMessage("done");
      // One ends by itself, the other with the program.
      if (data.endsWith("1")) self.close();
    };`,
  );
  try {
    const read = workflow.run(
      "reader",
      `
      const names = ["worker1-0", "worker2-19", "call-0", "call-99", "child"];
      for (const name of names) {
        console.log(await Deno.readTextFile(dir + "/" + name));
      }`,
    );
    await workflow.run(
      "writer",
      `
      const done = ["worker1", "worker2"].map((name) => {
        const worker = new Worker("file://" + args[0], { type: "module" });
        worker.postMessage(dir + "/" + name);
        return new Promise((resolve) => worker.onmessage = resolve);
      });
      await Promise.all(Array.from({ length: 100 }, async (_, i) => {
        await Deno.writeTextFile(dir + "/call-" + i, "by a call");
        if (i % 2) Deno.writeTextFileSync(dir + "/call-" + i, "by a call");
      }));
      const child = new Deno.Command("sh", {
        args: ["-c", "printf 'by a child' > child"],
        cwd: dir,
      });
      await child.output();
      await Promise.all(done);
      Deno.exit();`,
      { args: [worker], flags: ["-A"] },
    );
    assertEquals(
      await read,
      [
        "by a worker",
        "by a worker",
        "by a call",
        "by a call",
        "by a child",
      ].join("\n"),
    );
    assertEquals(workflow.list().length, 141);
  } finally {
    await Deno.remove(worker);
  }
});

Deno.test("11: reads of any size, far seeks, text across chunks and looks are as in Deno", async () => {
  await using workflow = new TestWorkflow(STREAMED_BY_WRITER);
  using other = new TestDirectory();
  const read = workflow.run(
    "reader",
    `
    {
      using file = await Deno.open(dir + "/bytes");
      const sizes = [1, 7, 4096, 3, 65537, 0, 100_000];
      let position = 0, wrong = 0;
      for (let turn = 0;; turn++) {
        const buffer = new Uint8Array(sizes[turn % sizes.length]);
        const count = await file.read(buffer);
        if (count === null) break;
        for (let i = 0; i < count; i++) {
          if (buffer[i] !== (position + i) % 251) wrong++;
        }
        position += count;
      }
      console.log(position, wrong);
    }
    {
      using file = await Deno.open(dir + "/far");
      console.log(await file.seek(3 * 2 ** 30, Deno.SeekMode.Start));
      const buffer = new Uint8Array(10);
      console.log(new TextDecoder().decode(
        buffer.subarray(0, await file.read(buffer) ?? 0)));
    }
    let text = "";
    const file = await Deno.open(dir + "/text");
    for await (const part of file.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
    }
    console.log(text === "☃𝄞ü".repeat(1000));
    const kinds = [];
    for await (const entry of Deno.readDir(dir + "/sub")) {
      kinds.push(entry.name + (entry.isFile ? "f" : entry.isDirectory ? "d" : "l"));
    }
    console.log(kinds.sort().join());`,
  );
  const written = await workflow.run(
    "writer",
    `
    const [other] = args;
    const said = (promise: Promise<unknown>) =>
      promise.then(() => "fine", (error) => error.name);
    console.log(await said(Deno.stat(dir + "/missing")));
    console.log(await said(Deno.mkdir(dir + "/sub")));
    console.log(await said(Deno.mkdir(dir + "/sub")));
    console.log(await said(Deno.mkdir(dir + "/sub", { recursive: true })));
    await Deno.mkdir(dir + "/sub/d");
    await Deno.writeTextFile(dir + "/sub/f", "");
    await Deno.symlink("f", dir + "/sub/l");
    {
      using file = await Deno.create(dir + "/bytes");
      const data = new Uint8Array(1_000_003).map((_, i) => i % 251);
      for (let rest = data; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest.subarray(0, 99_991)));
      }
    }
    {
      using file = await Deno.create(dir + "/far");
      await file.seek(3 * 2 ** 30, Deno.SeekMode.Start);
      await file.write(bytes("far away"));
    }
    {
      using file = await Deno.create(dir + "/text");
      const data = bytes("☃𝄞ü".repeat(1000));
      for (let i = 0; i < data.length; i += 1001) {
        await file.write(data.subarray(i, i + 1001));
        await pause(2);
      }
    }
    const { withCapio } = await import(
      "${import.meta.resolve("../../src/capio/mod.ts")}");
    await withCapio({ capioDir: other, workflowName: "other" }, () =>
      Deno.writeTextFile(other + "/out", "elsewhere"));
    console.log(await Deno.readTextFile(other + "/out"));`,
    {
      args: [other.path],
      // Deno makes symbolic links only with write permission for everything.
      flags: ["--allow-read", "--allow-write"],
    },
  );
  assertEquals(
    written,
    "NotFound\nfine\nAlreadyExists\nfine\nelsewhere",
  );
  assertEquals(await read, "1000003 0\n3221225472\nfar away\ntrue\ndd,ff,ll");
});

Deno.test("12: removing, renaming, looking and truncating are seen by the others", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["final", "ready", "go"],
      streaming: [ALL_STREAMED],
    },
    reader: { writes: ["seen"], streaming: [ALL_STREAMED] },
  });
  const read = workflow.run(
    "reader",
    `
    const said = (promise: Promise<unknown>) =>
      promise.then(() => "there", (error) => error.name);
    console.log(await Deno.readTextFile(dir + "/final"));
    await Deno.readTextFile(dir + "/ready");
    console.log((await Deno.stat(dir + "/cut")).size);
    console.log(await said(Deno.stat(dir + "/part")));
    await Deno.writeTextFile(dir + "/seen", "");
    await Deno.readTextFile(dir + "/go");
    console.log(await said(Deno.stat(dir + "/cut")));
    console.log(await said(Deno.stat(dir + "/tree/below/file")));`,
  );
  await workflow.run(
    "writer",
    `
    await Deno.writeTextFile(dir + "/part", "renamed");
    await Deno.rename(dir + "/part", dir + "/final");
    await Deno.writeTextFile(dir + "/cut", "0123456789");
    await Deno.truncate(dir + "/cut", 4);
    await Deno.mkdir(dir + "/tree/below", { recursive: true });
    await Deno.writeTextFile(dir + "/tree/below/file", "");
    await Deno.writeTextFile(dir + "/ready", "");
    await Deno.readTextFile(dir + "/seen");
    await Deno.remove(dir + "/cut");
    await Deno.remove(dir + "/tree", { recursive: true });
    await Deno.writeTextFile(dir + "/go", "");`,
  );
  assertEquals(await read, "renamed\n4\nNotFound\nNotFound\nNotFound");
  assertEquals(workflow.list(), ["final", "go", "ready", "seen"]);
});

Deno.test("13: descriptors are closed and memory is given back", async () => {
  await using workflow = new TestWorkflow(STREAMED_BY_WRITER);
  const open = `
    const openFiles = () => [...Deno.readDirSync("/proc/self/fd")].length;`;
  const { reader: read } = await workflow.runAll({
    reader: `${open}
      await Deno.readTextFile(dir + "/0");
      const before = openFiles();
      for (let i = 1; i < 2000; i++) await Deno.readTextFile(dir + "/" + i);
      const small = openFiles() - before;
      const sizes = [];
      const buffer = new Uint8Array(1 << 20);
      for (let i = 0; i < 3; i++) {
        using file = await Deno.open(dir + "/large" + i);
        while (await file.read(buffer) !== null);
        sizes.push(Deno.memoryUsage().rss);
      }
      console.log(JSON.stringify({ small, growth: sizes[2] - sizes[0] }));`,
    writer: `${open}
      await Deno.writeTextFile(dir + "/0", "");
      const before = openFiles();
      for (let i = 1; i < 2000; i++) {
        await Deno.writeTextFile(dir + "/" + i, "small");
      }
      if (openFiles() > before + 5) throw new Error("leaks files");
      const chunk = new Uint8Array(1 << 20);
      for (let i = 0; i < 3; i++) {
        using file = await Deno.create(dir + "/large" + i);
        for (let n = 0; n < 128; n++) await file.write(chunk);
      }`,
  }, { flags: ["-A"] });
  const { small, growth } = JSON.parse(read);
  // Watches come and go; a descriptor a file would make two thousand.
  assert(small <= 5, `${small} descriptors too many`);
  assert(growth < 64 * 2 ** 20, `${growth} bytes more after each large file`);
});

Deno.test("15: rules in code stream without any configuration", async () => {
  await using workflow = new TestWorkflow();
  const context = (app: string) => `
    const { withCapio } = await import(
      "${import.meta.resolve("../../src/capio/mod.ts")}");
    const options = {
      capioDir: dir,
      workflowName: "in code",
      appName: "${app}",
      rules: [{ path: "*", committed: "on_close", fire: "no_update" }],
      partialReads: true,
    };`;
  const read = workflow.run(
    "reader",
    `${context("reader")}
    await withCapio(options, async () => {
      using file = await Deno.open(dir + "/out");
      const pieces = [];
      const buffer = new Uint8Array(100);
      for (let count; (count = await file.read(buffer)) !== null;) {
        pieces.push(count);
        await Deno.writeTextFile(dir + "/seen" + pieces.length, "");
      }
      console.log(pieces.join());
    });`,
  );
  await workflow.run(
    "writer",
    `${context("writer")}
    await withCapio(options, async () => {
      using file = await Deno.create(dir + "/out");
      await file.write(new Uint8Array(10));
      // The writer waits for the reader, so nothing has been held back.
      await Deno.readTextFile(dir + "/seen1");
      await file.write(new Uint8Array(20));
      await Deno.readTextFile(dir + "/seen2");
    });`,
  );
  assertEquals(await read, "10,20");
});
