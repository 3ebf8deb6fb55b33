import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  GroupedMessage,
  LineFileBuffer,
  type LineFileBufferOptions,
} from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";

/** A directory that goes with the test, and a name in it. */
async function temporaryName() {
  const directory = await Deno.makeTempDir({ prefix: "sluice-lines-" });
  return {
    directory,
    name: `${directory}/job`,
    fileNames: () =>
      Array.from(Deno.readDirSync(directory), ({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

function openFiles(name: string, options: LineFileBufferOptions = {}) {
  return new LineFileBuffer(name, { layout: "files", ...options });
}

/** Runs the program in Python; nothing where there is no Python. */
async function python(...args: string[]): Promise<string | undefined> {
  const script = fromFileUrl(import.meta.resolve("./_python_files.py"));
  try {
    const { success, stdout, stderr } = await new Deno.Command("python3", {
      args: [script, ...args],
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no python3 here");
  }
}

/** Starts a process that writes `count` lines of its own. */
async function spawnWriter(name: string, writer: string, count: number) {
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const program = `
    import { LineFileBuffer } from ${JSON.stringify(module.href)};
    const buffer = new LineFileBuffer(${JSON.stringify(name)}, {
      maxlen: 200,
      layout: "files",
    });
    for (let i = 0; i < ${count}; i++) {
      await buffer.write(${JSON.stringify(writer)} + " " + i + "\\n");
    }
    await buffer.close();
  `;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", ...await stdConfigArgs(), program],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

Deno.test("with layout files each item is a file, number 0 the newest", async () => {
  await using temporary = await temporaryName();
  await using buffer = openFiles(`${temporary.name}.log`, { maxlen: 3 });
  assertEquals(await buffer.read(), []);
  await buffer.write("one\ntwo\nthr");
  assertEquals(await buffer.read(), ["one", "two", "thr"]);
  assertEquals(temporary.fileNames(), ["job-0.log", "job-1.log", "job.lock"]);
  assertEquals(await Deno.readTextFile(`${temporary.name}-0.log`), "two");

  await buffer.write("ee\n\nfour \u{1f40b}\n");
  assertEquals(await buffer.read(), ["three", "", "four \u{1f40b}"]);
  await buffer.write("a\nb\nc\nd\n");
  assertEquals(await buffer.read(), ["b", "c", "d"]);
  assertEquals(await buffer.read(2), ["c", "d"]);
  assertEquals(await buffer.read(0), []);
  await buffer.append(new GroupedMessage(["e", "f"], "error"));
  assertEquals(await buffer.read(1), ["e\nf"]);
  assertEquals(temporary.fileNames().length, 4);
});

Deno.test("clearing removes the items of this name only", async () => {
  await using temporary = await temporaryName();
  const others = ["job-x-0.log", "job-01.log", "job-tmp.tmp", "jobs-0.log"];
  for (const name of others) {
    await Deno.writeTextFile(`${temporary.directory}/${name}`, "other");
  }
  await using buffer = openFiles(temporary.name, { maxlen: 2 });
  await buffer.write("one\n");
  await Deno.writeTextFile(`${temporary.name}-7.log`, "of a longer buffer");
  assertEquals(await buffer.read(), ["one"]);
  await buffer.clear();
  assertEquals(await buffer.read(), []);
  assertEquals(temporary.fileNames(), [...others, "job.lock"].sort());
});

Deno.test("items stay in order when a process was killed while it freed numbers", async () => {
  await using temporary = await temporaryName();
  await using buffer = openFiles(temporary.name, { maxlen: 5 });
  for (const number of [1, 2, 4]) {
    await Deno.writeTextFile(`${temporary.name}-${number}.log`, `${number}`);
  }
  assertEquals(await buffer.read(), ["4", "2", "1"]);
  await buffer.write("next\n");
  assertEquals(await buffer.read(), ["4", "2", "1", "next"]);
  assertEquals(
    temporary.fileNames(),
    ["job-0.log", "job-1.log", "job-2.log", "job-3.log", "job.lock"],
  );
});

Deno.test("programs in Python and in Deno use the same item files", async () => {
  await using temporary = await temporaryName();
  const { name } = temporary;
  const text = "py \u62bd\u8c61 \u{1f40b}";
  if (await python(name, "4", "write", "first", text, "") === undefined) return;
  await using buffer = openFiles(name, { maxlen: 4 });
  assertEquals(await buffer.read(), ["first", text, ""]);
  await buffer.write("de\u00e9no\nhalf");
  await buffer.newLine();
  const expected = [text, "", "de\u00e9no", "half"];
  assertEquals(JSON.parse(await python(name, "4", "read") ?? ""), expected);
  await python(name, "4", "write", "a\nb");
  assertEquals(await buffer.read(), [...expected.slice(1), "a\nb"]);
});

Deno.test("programs in Python and in Deno write at the same time", async () => {
  await using temporary = await temporaryName();
  const { name } = temporary;
  const lines = Array.from({ length: 60 }, (_, i) => `p ${i}`);
  if (await python(name, "200", "read") === undefined) return;
  const writers = [
    await spawnWriter(name, "a", 60),
    await spawnWriter(name, "b", 60),
  ];
  await using buffer = openFiles(name, { maxlen: 200 });
  while ((await buffer.read()).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  let running = true;
  const ended = python(name, "200", "write", ...lines)
    .finally(() => running = false);
  while (running) {
    for (const item of await buffer.read()) {
      assertEquals(/^[abp] \d+$/.test(String(item)), true, `"${item}"`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await ended;
  for (const { status } of writers) assertEquals((await status).success, true);

  const items = (await buffer.read()).map(String);
  assertEquals(items.length, 180);
  for (const writer of ["a", "b", "p"]) {
    assertEquals(
      items.filter((it) => it.startsWith(writer)),
      lines.map((it) => it.replace("p", writer)),
    );
  }
});

Deno.test("a killed writer of item files leaves whole items and no lock", async () => {
  await using temporary = await temporaryName();
  await using buffer = openFiles(temporary.name, { maxlen: 200 });
  const writer = await spawnWriter(temporary.name, "a", 1_000_000);
  while ((await buffer.read()).length < 20) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  writer.kill("SIGKILL");
  await writer.status;
  await buffer.write("next\n");
  const items = (await buffer.read()).map(String);
  assertEquals(items.pop(), "next");
  const first = Number(items[0].slice(2));
  assertEquals(items, items.map((_, i) => `a ${first + i}`));
});

Deno.test("buffers of one process take turns at the same item files", async () => {
  await using temporary = await temporaryName();
  const buffers = [1, 2, 3].map(() =>
    openFiles(temporary.name, { maxlen: 100 })
  );
  await Promise.all(buffers.map(async (buffer, i) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, j) => buffer.write(`${i} ${j}\n`)),
    );
    await buffer.close();
  }));
  await using reader = openFiles(temporary.name, { maxlen: 100 });
  const items = (await reader.read()).map(String);
  assertEquals(items.length, 60);
  assertEquals(
    items.filter((it) => it.startsWith("1 ")),
    Array.from({ length: 20 }, (_, j) => `1 ${j}`),
  );
});

Deno.test("unknown layouts and missing directories are errors", async () => {
  assertThrows(
    () => new LineFileBuffer("x", { layout: "file" as "files" }),
    TypeError,
    '"file"',
  );
  const buffer = openFiles("/nowhere/at/all/job");
  await assertRejects(() => buffer.write("x\n"), Deno.errors.NotFound);
  await buffer.close();
});
