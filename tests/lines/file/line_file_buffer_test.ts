import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  GroupedMessage,
  LineFileBuffer,
  LinesError,
  redirectStdout,
} from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** Starts a process that writes `count` lines of its own. */
async function spawnWriter(path: string, name: string, count: number) {
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const program = `
    import { LineFileBuffer } from ${JSON.stringify(module.href)};
    const buffer = new LineFileBuffer(${JSON.stringify(path)}, { maxlen: 500 });
    for (let i = 0; i < ${count}; i++) {
      await buffer.write(${JSON.stringify(name)});
      await buffer.write(" " + i + " ".repeat(i % 50) + "end\\n");
    }
    await buffer.close();
  `;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", ...await stdConfigArgs(), program],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

Deno.test("completed lines are in the file, an unfinished one stays with its process", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/job.log`;
  await using first = new LineFileBuffer(path);
  await using second = new LineFileBuffer(`${directory.path}/job`);
  assertEquals(await first.read(), []);
  assertEquals(await first.write("one\r"), 4);
  await first.write("\ntw");
  await second.write("x\n");
  assertEquals(await first.read(), ["one", "x", "tw"]);
  assertEquals(await second.read(), ["one", "x"]);
  await first.newLine();
  await first.newLine();
  await second.append(new GroupedMessage(["a", "b"], "warning"));
  const items = await first.read(2);
  assertEquals(items.map(String), ["tw", "a\nb"]);
  assertEquals((items[1] as GroupedMessage).type, "warning");
  assertEquals(await first.read(0), []);
  await second.clear();
  assertEquals(await first.read(), []);
});

Deno.test("the last maxlen items are kept, in two files", async () => {
  using directory = new TemporaryDirectory();
  await using buffer = new LineFileBuffer(`${directory.path}/job`, {
    maxlen: 3,
  });
  for (let i = 0; i < 20; i++) {
    await buffer.write(`${i}\n`);
    const expected = [i - 2, i - 1, i].filter((n) => n >= 0).map(String);
    assertEquals(await buffer.read(), expected);
  }
  await buffer.write("a\nb\nc\nd\ne");
  assertEquals(await buffer.read(), ["c", "d", "e"]);
  const names = Array.from(
    Deno.readDirSync(directory.path),
    ({ name }) => name,
  );
  assertEquals(names.sort(), ["job-1.log", "job.lock", "job.log"]);
});

Deno.test("processes write at the same time, and whole items are read meanwhile", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/job`;
  await using reader = new LineFileBuffer(path, { maxlen: 500 });
  const writers = await Promise.all(
    ["a", "b", "c"].map((name) => spawnWriter(path, name, 150)),
  );
  let running = true;
  const ended = Promise.all(writers.map(({ status }) => status)).then(() =>
    running = false
  );
  while (running) {
    for (const item of await reader.read()) {
      assertEquals(/^[abc] \d+ *end$/.test(String(item)), true, `${item}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await ended;
  const items = (await reader.read()).map(String);
  assertEquals(items.length, 450);
  for (const name of ["a", "b", "c"]) {
    const numbers = items.filter((it) => it.startsWith(name)).map((it) =>
      parseInt(it.slice(2))
    );
    assertEquals(numbers, Array.from({ length: 150 }, (_, i) => i));
  }
});

Deno.test("a writer that is killed leaves whole items and no lock", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/job`;
  await using buffer = new LineFileBuffer(path, { maxlen: 500 });
  const writer = await spawnWriter(path, "a", 1_000_000);
  while ((await buffer.read()).length < 20) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  writer.kill("SIGKILL");
  await writer.status;
  // As if it had died in the middle of a write.
  await Deno.writeTextFile(`${path}.log`, '"a 9', { append: true });
  const before = (await buffer.read()).length;
  await buffer.write("next\n");
  const items = await buffer.read();
  assertEquals([items.length, items.at(-1)], [
    Math.min(500, before + 1),
    "next",
  ]);
});

Deno.test("prints can go to a file, and many writes at once keep their order", async () => {
  using directory = new TemporaryDirectory();
  await using buffer = new LineFileBuffer(`${directory.path}/job`, {
    maxlen: 100,
  });
  await redirectStdout(buffer, () => {
    for (let i = 0; i < 50; i++) console.log(`print ${i}`);
  });
  assertEquals(
    await buffer.read(),
    Array.from({ length: 50 }, (_, i) => `print ${i}`),
  );
});

Deno.test("closing completes the last line, once, and then using it is an error", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/job`;
  const buffer = new LineFileBuffer(path);
  await buffer.write("half");
  await Promise.all([buffer.close(), buffer.close()]);
  await assertRejects(() => buffer.write("x"), LinesError, "closed");
  await assertRejects(() => buffer.read(), LinesError, "closed");
  await using again = new LineFileBuffer(path);
  await ReadableStream.from(["a\nb"]).pipeTo(new LineFileBuffer(path).writable);
  await new LineFileBuffer(path).close(new Error("the end"));
  const items = (await again.read()).map(String);
  assertEquals(items.slice(0, 3), ["half", "a", "b"]);
  assertEquals(items[3].startsWith("Error: the end"), true);
});

Deno.test("a log of another program is refused and left alone", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/app.log`;
  const text = "[info] started\n[info] ready\n[info] hal";
  await Deno.writeTextFile(path, text);
  const buffer = new LineFileBuffer(path, { maxlen: 1 });
  for (const use of [() => buffer.write("x\n"), () => buffer.read()]) {
    await assertRejects(use, Deno.errors.InvalidData, `Cannot read "${path}"`);
  }
  await buffer.close();
  assertEquals(await Deno.readTextFile(path), text);
});

for (const layout of ["journal", "files"] as const) {
  Deno.test(`a relative path stays the same place, with layout ${layout}`, async () => {
    using directory = new TemporaryDirectory();
    const module = new URL("../../../src/lines/mod.ts", import.meta.url);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--no-check",
        ...await stdConfigArgs(),
        `import { LineFileBuffer } from ${JSON.stringify(module)};
        Deno.chdir(${JSON.stringify(directory.path)});
        const buffer = new LineFileBuffer("job", { layout: "${layout}" });
        await buffer.write("one\\n");
        await Deno.mkdir("elsewhere");
        Deno.chdir("elsewhere");
        await buffer.write("two\\n");
        console.log(JSON.stringify(await buffer.read()));
        await buffer.close();`,
      ],
      stderr: "inherit",
    }).output();
    assertEquals(new TextDecoder().decode(stdout), '["one","two"]\n');
  });
}

Deno.test("only texts are written and only messages appended to files", async () => {
  using directory = new TemporaryDirectory();
  await using buffer = new LineFileBuffer(`${directory.path}/job`);
  const number: unknown = 5;
  await assertRejects(
    () => buffer.write(number as string),
    TypeError,
    '"text" must be a string, found 5',
  );
  await assertRejects(
    () => buffer.append(number as GroupedMessage),
    TypeError,
    '"message" must be a GroupedMessage, found 5',
  );
});

Deno.test("wrong arguments and missing directories are errors", async () => {
  for (const path of ["", ".log", "a/", "a/.log", ".", "a/.."]) {
    assertThrows(() => new LineFileBuffer(path), TypeError, "path");
  }
  assertThrows(
    () => new LineFileBuffer("x", { maxlen: 0 }),
    RangeError,
    "maxlen",
  );
  const buffer = new LineFileBuffer("/nowhere/at/all/job");
  await assertRejects(() => buffer.write("x\n"), Deno.errors.NotFound);
  await buffer.close();
});

Deno.test("a signal ends the wait for another process, and what was written is stored", async () => {
  using directory = new TemporaryDirectory();
  await using buffer = new LineFileBuffer(`${directory.path}/job`);
  using lock = await Deno.open(`${directory.path}/job.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  const signal = AbortSignal.timeout(50);
  const waits = [
    buffer.write("one\n", { signal }),
    buffer.append(new GroupedMessage("two"), { signal }),
    buffer.read(9, { signal }),
  ];
  for (const wait of await Promise.allSettled(waits)) {
    assertEquals(wait.status === "rejected" && wait.reason, signal.reason);
  }
  await assertRejects(() => buffer.write("three\n", { signal }));
  await lock.unlock();
  assertEquals((await buffer.read()).map(String), ["one", "two"]);
});
