import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import fs, { existsSync } from "node:fs";
import { delay } from "@std/async";
import { dirname } from "@std/path";
import {
  CapioError,
  publishSetAsideRun,
  setAsideRuns,
  withCapio,
  workflowStatus,
} from "@sluice/sluice/capio";
import { assertSameInside } from "../outcome.ts";
import { type ClApp, eventually, streamed, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";
import { MemoryDirectory } from "./memory_directory.ts";

/** A workflow whose files lie in memory, all or those that a pattern names. */
class MemoryWorkflow extends TestWorkflow {
  readonly memory: MemoryDirectory;
  override readonly cl: string;

  constructor(
    options: {
      permanent?: readonly string[];
      inMemory?: readonly string[];
      size?: string;
      apps?: Record<string, ClApp>;
    } = {},
  ) {
    super();
    const { permanent = [], inMemory = ["*"], size } = options;
    const { apps = { writer: streamed("*"), reader: { reads: ["*"] } } } =
      options;
    this.memory = new MemoryDirectory(size);
    this.cl = this.writeCl(apps, permanent, inMemory);
  }

  /** The options of a step or a context of this workflow. */
  get options() {
    return {
      cl: this.cl,
      capioDir: this.path,
      memoryDir: this.memory.path,
      capioClConfigurationFile: this.cl,
      openTimeoutSeconds: 0,
    };
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.memory[Symbol.dispose]();
  }
}

/** Writes a file, then waits for a file outside of the workflow. */
const WRITE_AND_WAIT = `
  const [name, size, go] = args;
  using file = await Deno.open(dir + "/" + name, { write: true, create: true });
  const { writeAll } = { async writeAll(file, data) {
    for (let n = 0; n < data.length;) n += await file.write(data.subarray(n));
  } };
  await writeAll(file, new Uint8Array(Number(size)).fill(7));
  console.log("written");
  if (go) while (true) {
    try { Deno.statSync(go); break; } catch { await pause(10); }
  }`;

/** Fails if a name appears in a directory before a promise settles. */
async function neverIn<T>(
  directory: TestDirectory,
  name: string,
  work: Promise<T>,
): Promise<T> {
  let isOver = false;
  const end = () => isOver = true;
  work.then(end, end);
  while (!isOver) {
    assertEquals(namesIn(directory, name), []);
    await delay(1);
  }
  return await work;
}

/** Lists the entries with a name in them. */
function namesIn(directory: TestDirectory, name: string): string[] {
  try {
    return directory.list().filter((path) => path.includes(name));
  } catch (error) {
    // A directory was removed meanwhile.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("files that are not permanent never touch the directory of the workflow", async () => {
  await using dir = new MemoryWorkflow();
  const { memory, options } = dir;
  const work = Promise.all([
    dir.run(
      "writer",
      `await Deno.mkdir(dir + "/secret");
       await Deno.writeTextFile(dir + "/secret/a", "one");
       await Deno.copyFile(dir + "/secret/a", dir + "/secret/b");
       await Deno.remove(
         await Deno.makeTempFile({ dir: dir + "/secret", prefix: "secret" }));
       await Deno.rename(dir + "/secret/b", dir + "/secret/d");
       await Deno.remove(dir + "/secret/a");
       await Deno.writeTextFile(dir + "/secret/d", " two", { append: true });
       const file = await Deno.create(dir + "/secret_grown");
       for (let i = 0; i < 20; i++) {
         await file.write(bytes("x"));
         await pause(5);
       }
       file.close();`,
      options,
    ),
    dir.run(
      "reader",
      `console.log(await Deno.readTextFile(dir + "/secret_grown"));
       console.log(await Deno.readTextFile(dir + "/secret/d"));`,
      options,
    ),
  ]);
  const [, read] = await neverIn(dir, "secret", work);
  assertEquals(read, `${"x".repeat(20)}\none two`);
  assertEquals(memory.list(), []);
  assertEquals(dir.list(), []);
});

Deno.test("a permanent file is whole at every moment, and its readers go on", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"] });
  const size = 40_000_000;
  const place = `${dir.path}/big`;
  // It takes no part, and looks without a pause.
  await using watcher = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const seen = new Set();
       for (let end = Infinity; performance.now() < end;) {
         let size;
         try { ({ size } = Deno.lstatSync(Deno.args[0])); } catch { continue; }
         seen.add(size);
         if (end === Infinity) end = performance.now() + 100;
       }
       console.log([...seen].join());`,
      place,
    ],
    stdout: "piped",
  }).spawn();
  const reading = dir.run(
    "reader",
    `let sum = 0;
     using file = await Deno.open(dir + "/big");
     for await (const chunk of file.readable) sum += chunk.length;
     console.log(sum);`,
    dir.options,
  );
  const go = `${dir.path}.go`;
  const writing = dir.run("writer", WRITE_AND_WAIT, {
    ...dir.options,
    args: ["big", `${size}`, go],
    flags: [`--allow-read=${go}`],
  });
  await eventually(dir.path, (it) => it?.files[0]?.sizeUnknown === true);
  const { memoryDir } = dir.options;
  await eventually(dir.path, () => {
    const status = workflowStatus(dir.path, { memoryDir });
    const [file] = status?.files ?? [];
    return file?.size === size && file.inMemory === true;
  });
  assertEquals(dir.memory.files().includes("big"), true);
  Deno.writeTextFileSync(go, "");
  assertEquals([await writing, await reading], ["written", `${size}`]);
  Deno.removeSync(go);
  const { stdout } = await watcher.output();
  assertEquals(new TextDecoder().decode(stdout).trim(), `${size}`);
  assertEquals(dir.list(), ["big"]);
  assertEquals(dir.memory.list(), []);
});

/** Runs `fn` without a word of what an earlier run has left. */
async function quietly(fn: () => Promise<void>): Promise<void> {
  const { warn } = console;
  console.warn = () => {};
  try {
    await fn();
  } finally {
    console.warn = warn;
  }
}

/** Waits until a path is there, and returns at once then. */
async function untilThere(path: string): Promise<void> {
  for (const end = performance.now() + 30_000; !existsSync(path);) {
    if (performance.now() > end) throw new Error(`"${path}" never came`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

for (const isKept of [true, false]) {
  const who = isKept ? "another member" : "the next run";
  Deno.test(`a publisher that is killed while it copies leaves the rest to ${who}`, async () => {
    await using dir = new MemoryWorkflow({ permanent: ["*"], size: "400m" });
    const keep = isKept
      ? dir.run("reader", printingSize("big"), dir.options)
      : undefined;
    await killPublisher(dir);
    if (keep) assertEquals(await keep, `${BIG}`);
    else {
      assertEquals(existsSync(`${dir.path}/big`), false);
      const { stderr } = await dir.start("writer", "", dir.options).result;
      assertStringIncludes(stderr, "published 1 committed file");
      await dir.run("reader", "", dir.options);
    }
    assertEquals(Deno.statSync(`${dir.path}/big`).size, BIG);
    assertEquals(dir.list(), ["big"]);
    assertEquals(dir.memory.list(), []);
  });
}

function printingSize(name: string): string {
  return `console.log((await Deno.readFile(dir + "/${name}")).length);`;
}

Deno.test("the next run removes what a killed writer has left in memory", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"] });
  const writer = dir.start("writer", WRITE_AND_WAIT, {
    ...dir.options,
    args: ["left", "1000", "/nothing"],
  });
  await eventually(dir.path, (it) => it?.files[0]?.path === "left");
  writer.kill();
  await writer.result;
  assertEquals(dir.memory.files().includes("left"), true);
  const base = `${dir.memory.path}/${dir.memory.list()[0]}`;
  assertEquals((Deno.statSync(base).mode ?? 0) & 0o777, 0o700);
  const { stderr } = await dir.start("writer", "", dir.options).result;
  assertStringIncludes(stderr, "discarded 1 unfinished file");
  await dir.run("reader", "", dir.options);
  assertEquals(dir.memory.list(), []);
  assertEquals(dir.list(), []);
});

Deno.test("members with another memoryDir are refused, and the first goes on", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"] });
  using other = new MemoryDirectory();
  const go = `${dir.path}.go`;
  const writing = dir.run("writer", WRITE_AND_WAIT, {
    ...dir.options,
    args: ["out", "3", go],
    flags: [`--allow-read=${go}`],
  });
  await eventually(dir.path, (it) => it?.files[0] !== undefined);
  const [without, wrong] = await Promise.all(
    [undefined, other.path].map((memoryDir) =>
      dir.start("reader", `console.log("never")`, { ...dir.options, memoryDir })
        .result
    ),
  );
  for (const refused of [without, wrong]) {
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertStringIncludes(
      refused.stderr,
      `The memoryDir of "reader" must be "${dir.memory.path}", with which "writer" began the run of workflow "CAPIO", found `,
    );
  }
  assertStringIncludes(without.stderr, "found none. Give");
  assertStringIncludes(wrong.stderr, `found "${other.path}"`);
  assertEquals(other.list(), []);
  Deno.writeTextFileSync(go, "");
  await writing;
  Deno.removeSync(go);
  assertEquals(await dir.run("reader", printingSize("out"), dir.options), "3");

  // The other way round.
  const { path: capioDir } = dir;
  await withCapio({ capioDir, appName: "first" }, async () => {
    await assertRejects(
      () => withCapio({ capioDir, memoryDir: other.path }, () => {}),
      CapioError,
      `must be none, as of those that began the run of workflow "CAPIO", found "${other.path}"`,
    );
  });
  assertEquals(other.list(), []);
});

Deno.test("a run with finished files in another memoryDir is not cleared", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"], size: "400m" });
  using other = new MemoryDirectory();
  await killPublisher(dir);
  for (const memoryDir of [undefined, other.path]) {
    const again = dir.start("writer", "", { ...dir.options, memoryDir });
    const { code, stderr } = await again.result;
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      `an earlier one has left 1 finished file in its memoryDir "${dir.memory.path}"`,
    );
  }
  assertEquals(existsSync(`${dir.path}/big`), false);
  await dir.start("writer", "", dir.options).result;
  assertEquals(Deno.statSync(`${dir.path}/big`).size, BIG);
});

Deno.test("what was refused in memory is set aside there, and can be recovered", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"], size: "400m" });
  const { path: capioDir, memory } = dir;
  const options = { memoryDir: memory.path };
  await killPublisher(dir);
  const [folder] = memory.list();
  const place = `${memory.path}/${folder}/spool/big`;
  Deno.renameSync(place, `${memory.path}/kept`);
  Deno.symlinkSync(`${memory.path}/kept`, place);
  const next = dir.start("writer", "", dir.options);
  assertStringIncludes((await next.result).stderr, "it was set aside as");
  assertEquals(existsSync(`${capioDir}/big`), false);
  const aside = `${memory.path}/${
    memory.list().find((it) => it.includes(".set-aside-"))
  }/spool/big`;
  Deno.removeSync(aside);
  Deno.renameSync(`${memory.path}/kept`, aside);
  const [unnamed] = setAsideRuns(capioDir)[0].entries;
  assertStringIncludes(unnamed.refused ?? "", "has to be named (--memory-dir)");
  const [run] = setAsideRuns(capioDir, options);
  assertEquals(run.entries, [
    { path: "big", kind: "file", isInMemory: true, content: BIG },
  ]);
  const published = await publishSetAsideRun(capioDir, run.name, options);
  assertEquals(published.entries, run.entries);
  assertEquals(Deno.statSync(`${capioDir}/big`).size, BIG);
});

Deno.test("finished files that are gone with their memory are told", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"], size: "400m" });
  if (!dir.memory.isSmall) return;
  await killPublisher(dir);
  dir.memory.mountAnew();
  const { code, stderr } = await dir.start("reader", "", dir.options).result;
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `Finished files of an earlier run of workflow "CAPIO" were gone from its memoryDir before they were published: "big"`,
  );
  await dir.run("writer", "", dir.options);
  assertEquals([dir.list(), dir.memory.list()], [[], []]);
});

/** The size of a file whose copying takes a while. */
const BIG = 150_000_000;

/** Kills the only member of a workflow while it publishes the file "big". */
async function killPublisher(dir: MemoryWorkflow): Promise<void> {
  const writer = dir.start("writer", WRITE_AND_WAIT, {
    ...dir.options,
    args: ["big", `${BIG}`],
  });
  await untilThere(`${dir.path}/.capio/CAPIO/published.copy`);
  writer.kill();
  assertEquals((await writer.result).signal, "SIGKILL");
}

Deno.test("a full memoryDir is told to the writer, its readers get an error, and nothing is left", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"], size: "1m" });
  if (!dir.memory.isSmall) return;
  const { memory, options } = dir;
  const full =
    `No space left on device (os error 28): the memoryDir "${memory.path}" is full`;
  const reading = dir.start(
    "reader",
    `using file = await Deno.open(dir + "/out");
     for await (const _ of file.readable);`,
    options,
  );
  const writing = dir.start(
    "writer",
    `using file = await Deno.create(dir + "/out");
     for (;;) await file.write(new Uint8Array(10_000));`,
    options,
  );
  const { code, stderr } = await writing.result;
  assertEquals(code, 1);
  assertStringIncludes(stderr, full);
  assertStringIncludes((await reading.result).stderr, "before it was finished");
  // Nobody was left to clear up.
  await quietly(() =>
    withCapio({ ...options, appName: "writer" }, async () => {
      const large = new Uint8Array(3_000_000);
      const write = () => Deno.writeFile(`${dir.path}/large`, large);
      await assertRejects(write, Error, full);
      await Deno.remove(`${dir.path}/large`);
      await Deno.writeTextFile(`${dir.path}/small`, "fits");
    })
  );
  await dir.run("reader", "", options);
  assertEquals([dir.list(), memory.list()], [["small"], []]);
});

Deno.test("a full disk keeps a finished file in memory for the next run", async () => {
  using memory = new MemoryDirectory();
  using disk = new MemoryDirectory("1m");
  if (!disk.isSmall) return;
  const capioDir = disk.path;
  await using cl = new MemoryWorkflow({ permanent: ["*"] });
  const options = {
    capioDir,
    memoryDir: memory.path,
    capioClConfigurationFile: cl.cl,
    appName: "writer",
  };
  const path = `${capioDir}/out`;
  await assertRejects(
    () => withCapio(options, () => Deno.writeFile(path, new Uint8Array(2e6))),
    Error,
    `Cannot publish "out", which stays in "${memory.path}`,
  );
  assertEquals(existsSync(path), false);
  assert(memory.files().includes("out"));
  new Deno.Command("mount", {
    args: ["-o", "remount,size=8m", capioDir],
  }).outputSync();
  await quietly(() => withCapio(options, () => {}));
  assertEquals(Deno.statSync(path).size, 2e6);
});

Deno.test("files move between memory and disk as between two names of one disk", async () => {
  for (const inMemory of [["*"], ["*m*"], ["*m", "m*"], ["real*", "full"]]) {
    using memory = new MemoryDirectory("16m");
    using cl = new TestDirectory();
    const options = {
      memoryDir: memory.path,
      capioClConfigurationFile: cl.writeCl({}, ["*"], inMemory),
    };
    const write: typeof Deno.writeTextFile = (...args) =>
      Deno.writeTextFile(...args);
    const read = (path: string) => Deno.readTextFile(path);
    await assertSameInside(async (dir) => {
      await write(`${dir}/m`, "memory");
      await write(`${dir}/d`, "disk");
      await Deno.rename(`${dir}/m`, `${dir}/d2`);
      await Deno.rename(`${dir}/d`, `${dir}/m`);
      await write(`${dir}/d2`, " and more", { append: true });
      await Deno.truncate(`${dir}/m`, 2);
      await Deno.copyFile(`${dir}/d2`, `${dir}/copy_m`);
      await Deno.copyFile(`${dir}/m`, `${dir}/copy_d`);
      // Over each other.
      await write(`${dir}/over_m`, "1");
      await write(`${dir}/over_d`, "2");
      await Deno.rename(`${dir}/over_m`, `${dir}/over_d`);
      await write(`${dir}/over_m`, "3");
      await Deno.rename(`${dir}/over_d`, `${dir}/over_m`);
      // A directory with both kinds.
      await Deno.mkdir(`${dir}/both/m`, { recursive: true });
      await write(`${dir}/both/m/x`, "x");
      await write(`${dir}/both/d`, "d");
      await write(`${dir}/both/m/d`, "d2");
      await Deno.rename(`${dir}/both`, `${dir}/moved`);
      const names: string[] = [];
      for await (const { name } of Deno.readDir(`${dir}/moved`)) {
        names.push(name);
      }
      await Deno.link(`${dir}/m`, `${dir}/other_name`);
      await Deno.link(`${dir}/d2`, `${dir}/other_m`);
      await Deno.chmod(`${dir}/other_m`, 0o640);
      await Deno.symlink("other_m", `${dir}/m_link`);
      await write(`${dir}/real.txt`, "replaced");
      await Deno.rename(`${dir}/real`, `${dir}/real_m`);
      await Deno.remove(`${dir}/over_m`);
      const { size, nlink } = await Deno.stat(`${dir}/m_link`);
      return {
        names: names.sort(),
        texts: await Promise.all(
          ["d2", "m", "copy_m", "copy_d", "moved/m/x", "moved/m/d", "real.txt"]
            .map((name) => read(`${dir}/${name}`)),
        ),
        size,
        nlink,
        link: await Deno.readLink(`${dir}/m_link`),
        real: (await Deno.realPath(`${dir}/m_link`)).slice(dir.length),
      };
    }, options);
    assertEquals(memory.list(), []);
  }
});

Deno.test("a rename out of memory copies the file, and one into the workflow stays on its disk", async () => {
  await using dir = new MemoryWorkflow();
  const outside = Deno.makeTempDirSync();
  await withCapio({ ...dir.options, appName: "writer" }, async () => {
    await Deno.mkdir(`${dir.path}/folder/below`, { recursive: true });
    await Deno.writeTextFile(`${dir.path}/folder/below/a`, "a", {
      mode: 0o640,
    });
    await Deno.writeTextFile(`${dir.path}/b`, "b");
    await Deno.rename(`${dir.path}/folder`, `${outside}/folder`);
    await Deno.rename(`${dir.path}/b`, `${outside}/b`);
    await Deno.rename(`${outside}/b`, `${dir.path}/back`);
    assertEquals(await Deno.readTextFile(`${dir.path}/back`), "b");
    assertEquals(dir.memory.files().includes("back"), false);
  });
  const { mode } = Deno.statSync(`${outside}/folder/below/a`);
  assertEquals((mode ?? 0) & 0o777, 0o640);
  assertEquals(Deno.readTextFileSync(`${outside}/folder/below/a`), "a");
  Deno.removeSync(outside, { recursive: true });
});

Deno.test("a memoryDir that cannot be used is refused before anything is made", async () => {
  await using dir = new MemoryWorkflow();
  const refused = async (memoryDir: string, flags?: string[]) => {
    const step = dir.start("writer", `console.log("never");`, {
      ...dir.options,
      memoryDir,
      flags,
    });
    const { code, stdout, stderr } = await step.result;
    assertEquals([code, stdout], [1, ""]);
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
    return stderr;
  };
  const { path } = dir.memory;
  const file = `${path}/file`;
  Deno.writeTextFileSync(file, "");
  const found = await Promise.all([
    refused(path, [`--deny-write=${path}`]),
    refused(path, [`--deny-read=${path}`]),
    refused(`${path}/nothing`),
    refused(file),
    refused(dir.path),
    ...(existsSync("/dev/shm") ? [refused("/dev/shm")] : []),
  ]);
  const expected = [
    `Requires write access to the memoryDir "${path}", run again with --allow-write=${path}`,
    `Requires read access to the memoryDir "${path}", run again with --allow-read=${path}`,
    `Cannot use "${path}/nothing" as memoryDir: it does not exist, create it first`,
    `Cannot use "${file}" as memoryDir: it is not a directory`,
    `"memoryDir" must be a directory outside of capioDir, found "${dir.path}"`,
    `Cannot use "/dev/shm" as memoryDir: Deno lets no program use it without all permissions`,
  ];
  for (const [i, text] of found.entries()) {
    assertStringIncludes(text, expected[i]);
  }
  assertEquals(dir.list(), []);
  assertEquals(dir.memory.list(), ["file"]);
});

Deno.test("what others have put below memoryDir is refused and left as it is", async () => {
  await using dir = new MemoryWorkflow();
  const { dev, ino } = Deno.statSync(dir.path);
  const folder = `${dir.memory.path}/sluice-${dev}-${ino}-CAPIO`;
  const options = { ...dir.options, appName: "writer" };
  const target = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${target}/file`, "untouched");
  const plants = [
    () => Deno.symlinkSync(target, folder),
    () => Deno.writeTextFileSync(folder, ""),
    () => {
      Deno.mkdirSync(folder);
      Deno.chmodSync(folder, 0o777);
    },
    () => {
      Deno.mkdirSync(folder, { mode: 0o700 });
      Deno.symlinkSync(target, `${folder}/spool`);
    },
  ];
  for (const [i, plant] of plants.entries()) {
    plant();
    const write = () =>
      withCapio(options, () => Deno.writeTextFile(`${dir.path}/file`, "x"));
    // The last is an own folder, which is cleared: nothing is followed.
    if (i === plants.length - 1) await write();
    else {
      await assertRejects(write, CapioError, `Cannot use "${folder}"`);
      Deno.removeSync(folder, { recursive: true });
    }
    assertEquals(Deno.readTextFileSync(`${target}/file`), "untouched");
  }
  Deno.removeSync(target, { recursive: true });
});

Deno.test("workflows of one name in two directories share a memoryDir", async () => {
  await using one = new MemoryWorkflow();
  using two = new TestDirectory();
  const options = { ...one.options, appName: "writer" };
  await withCapio(options, async () => {
    await Deno.writeTextFile(`${one.path}/a`, "one");
    await withCapio({ ...options, capioDir: two.path }, async () => {
      await Deno.writeTextFile(`${two.path}/a`, "two");
      assertEquals(
        one.memory.list().filter((it) => it.endsWith("/a")).length,
        2,
      );
    });
    assertEquals(await Deno.readTextFile(`${one.path}/a`), "one");
  });
});

Deno.test("a watch reports files in memory and a reader is woken by them", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"] });
  const paths: string[] = [];
  await withCapio({ ...dir.options, appName: "writer" }, async () => {
    // Made before: the runtime misses what is written in a new directory before
    // it watches that one too, also without sluice.
    await Deno.mkdir(`${dir.path}/sub`);
    using watcher = Deno.watchFs(dir.path);
    const seen = (async () => {
      for await (const { kind, paths: [path] } of watcher) {
        paths.push(`${kind} ${path.slice(dir.path.length + 1)}`);
        if (path.endsWith("last")) return;
      }
    })();
    await Deno.writeTextFile(`${dir.path}/first`, "1");
    await Deno.writeTextFile(`${dir.path}/sub/last`, "2");
    await seen;
  });
  assert(paths.includes("create first"));
  assert(paths.some((it) => it.includes("sub/last")));
  assertEquals(paths.filter((it) => it.includes("sluice-")), []);
});

Deno.test("a journal names no place: what it says of memory is only compared", async () => {
  await using dir = new MemoryWorkflow({ permanent: ["*"] });
  const options = { ...dir.options, appName: "writer" };
  await withCapio(options, async () => {
    await Deno.writeTextFile(`${dir.path}/a`, "a");
    const journal = Deno.readTextFileSync(`${dir.path}/.capio/CAPIO/journal`);
    const names = journal.split("\n").filter((it) => it.includes("memoryDir"));
    assertEquals(names.length, 1);
    assertEquals(
      journal.replace(names[0], "").includes(dirname(dir.memory.path)),
      false,
    );
  });
});

Deno.test("a reader sees each piece of a file in memory as it is written", async () => {
  const apps = {
    writer: { ...streamed("ping"), reads: ["pong"] },
    reader: { ...streamed("pong"), reads: ["ping"] },
  };
  await using dir = new MemoryWorkflow({ apps });
  const text = await Promise.all([
    dir.run(
      "writer",
      `using file = await Deno.create(dir + "/ping");
       using other = await Deno.open(dir + "/pong");
       for (let i = 0; i < 50; i++) {
         await file.write(bytes("x"));
         await other.read(new Uint8Array(1));
       }`,
      dir.options,
    ),
    dir.run(
      "reader",
      `using file = await Deno.create(dir + "/pong");
       using other = await Deno.open(dir + "/ping");
       for (let i = 0; i < 50; i++) {
         await other.read(new Uint8Array(1));
         await file.write(bytes("y"));
       }
       console.log("done");`,
      dir.options,
    ),
  ]);
  assertEquals(text, ["", "done"]);
});

Deno.test("a handle for reading follows a file that is written again after it was published out of memory", async () => {
  await using flow = new MemoryWorkflow({ permanent: ["*"] });
  const path = `${flow.path}/a`;
  const options = { ...flow.options, appName: "writer" };
  const text = await withCapio(options, async () => {
    const writer = Deno.openSync(path, { write: true, create: true });
    writer.writeSync(new TextEncoder().encode("x"));
    const file = Deno.openSync(path);
    const fd = fs.openSync(path, "r");
    writer.close();
    Deno.writeTextFileSync(path, "y", { append: true });
    const texts = [
      await new Response(file.readable).text(),
      fs.readFileSync(fd, "utf8"),
    ];
    fs.closeSync(fd);
    return texts.join();
  });
  assertEquals(text, "xy,xy");
});
