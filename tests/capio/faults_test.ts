import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import {
  type CapioClRule,
  CapioWorkspace,
  withCapio,
  workflowStatus,
} from "@sluice/sluice/capio";
import { Disk } from "../support/disk.ts";
import { eventually, flow, Step, streamed, TestDirectory } from "./step.ts";
import { printing, TestWorkflow } from "./test_workflow.ts";

const STREAMED: CapioClRule[] = [
  { path: "*", committed: "on_close", fire: "no_update" },
];
const CONTEXT = `
  const { withCapio } = await import(
    "${import.meta.resolve("../../src/capio/mod.ts")}");
  const rules = ${JSON.stringify(STREAMED)};
`;

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a member may be killed while it joins, writes, publishes or leaves", async () => {
  await using dir = new TestWorkflow();
  const size = 5000;
  const code = `${CONTEXT}
    const [app] = args;
    const data = new Uint8Array(${size}).fill(7);
    for (let i = 0;; i++) {
      await withCapio({ capioDir: dir, rules, workflowName: "loop" }, async () => {
        await Deno.writeFile(dir + "/" + app + (i % 10), data);
        await Deno.rename(dir + "/" + app + (i % 10), dir + "/" + app + "moved");
        await Deno.mkdir(dir + "/" + app + "folder/" + i, { recursive: true });
        await Deno.remove(dir + "/" + app + "folder", { recursive: true });
        await Deno.writeFile(dir + "/" + app + (i % 10), data);
      });
    }`;
  for (let round = 0; round < 8; round++) {
    await Promise.all(["a", "b", "c"].map(async (app) => {
      const step = dir.start(app, code, { workflow: app, args: [app] });
      await delay(150 + round * 35);
      step.kill();
      assertEquals((await step.result).signal, "SIGKILL");
    }));
    for (const entry of Deno.readDirSync(dir.path)) {
      if (!entry.isFile) continue;
      const { length } = await Deno.readFile(join(dir.path, entry.name));
      assertEquals(length, size, entry.name);
    }
  }
  // The next ones clear up what all these have left.
  const warn = console.warn;
  console.warn = () => {};
  try {
    for (const workflowName of ["loop", "a", "b", "c"]) {
      await withCapio({ capioDir: dir.path, workflowName }, async () => {
        await Deno.writeTextFile(`${dir.path}/last`, "written");
      });
    }
  } finally {
    console.warn = warn;
  }
  assertEquals(await Deno.readTextFile(`${dir.path}/last`), "written");
  assertEquals(dir.list().filter((name) => name.startsWith(".")), []);
});

Deno.test("what a process made to look at, and was killed, goes with the run", async () => {
  using dir = new TestDirectory();
  const { path } = dir;
  const probe = ".2fd7ad0b-e136-404c-9434-d2378b60fb99";
  Deno.mkdirSync(join(path, ".capio", probe), { recursive: true, mode: 0o700 });
  await Deno.chmod(join(path, ".capio"), 0o700);
  await withCapio(
    { capioDir: path },
    () => Deno.writeTextFile(join(path, "a"), "b"),
  );
  assertEquals(dir.list().filter((name) => name.startsWith(".")), []);
});

Deno.test("on a full disk the writer gets an error, its readers another, and the next run works", async () => {
  using disk = Disk.mount("1m");
  if (!disk) return;
  const rules = STREAMED;
  const context = (appName: string) => ({
    capioDir: disk.path,
    appName,
    rules,
  });
  const path = `${disk.path}/out`;
  const read = withCapio(context("reader"), async () => {
    let count = 0;
    using file = await Deno.open(path);
    const error = await assertRejects(async () => {
      for await (const chunk of file.readable) count += chunk.length;
    });
    return { count, error };
  });
  const error = await assertRejects(() =>
    withCapio(context("writer"), async () => {
      using file = await Deno.create(path);
      for (;;) await file.write(new Uint8Array(10_000).fill(7));
    })
  );
  assertStringIncludes(String(error), "No space left on device");
  const { count, error: lost } = await read;
  assertGreater(count, 500_000);
  assertStringIncludes(String(lost), "before it was finished");
  assertEquals([...Deno.readDirSync(disk.path)], []);

  await withCapio(context("writer"), () => Deno.writeFile(path, bytes("fits")));
  assertEquals(await Deno.readTextFile(path), "fits");
});

Deno.test("on a disk without room for another byte nobody hangs and nothing is lost unsaid", async () => {
  using disk = Disk.mount("200k");
  if (!disk) return;
  const ballast = `${disk.path}/ballast`;
  const fill = () => {
    using file = Deno.openSync(ballast, { append: true, create: true });
    try {
      for (;;) file.writeSync(new Uint8Array(1000));
    } catch {
      // Full.
    }
  };
  fill();
  await assertRejects(
    () => withCapio({ capioDir: disk.path }, () => {}),
    Error,
    "No space left on device",
  );
  await using refused = new Step({
    capioDir: disk.path,
    code: `console.log("never");`,
  });
  const { code, stdout, stderr } = await refused.result;
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertStringIncludes(stderr, "No space left on device");
  assertEquals(stderr.trim().split("\n").length, 1);
  assertEquals([...Deno.readDirSync(disk.path)].length, 1);

  // It fills while a writer and a reader are at it.
  Deno.removeSync(ballast);
  const options = { capioDir: disk.path, rules: STREAMED };
  const path = `${disk.path}/out`;
  const isFull = Promise.withResolvers<void>();
  const [written, read] = await Promise.allSettled([
    withCapio({ ...options, appName: "writer" }, async () => {
      using file = await Deno.create(path);
      await file.write(bytes("some"));
      await isFull.promise;
      // Its pages in the journal may still have room: for a while.
      for (let i = 0; i < 1000; i++) {
        using _ = await Deno.create(`${path}${i}`);
      }
    }),
    withCapio({ ...options, appName: "reader" }, async () => {
      using file = await Deno.open(path);
      await file.read(new Uint8Array(4));
      fill();
      isFull.resolve();
      await file.read(new Uint8Array(4));
    }),
  ]);
  assertEquals(written.status, "rejected");
  assertEquals(read.status, "rejected");
  if (written.status === "rejected") {
    assertStringIncludes(String(written.reason), "No space left on device");
  }
  Deno.removeSync(ballast);
  const warn = console.warn;
  console.warn = () => {};
  try {
    await withCapio({ ...options, appName: "writer" }, async () => {
      await Deno.writeFile(path, bytes("fits"));
    });
  } finally {
    console.warn = warn;
  }
  assertEquals(await Deno.readTextFile(path), "fits");
});

Deno.test("a journal whose line is cut while everybody runs goes on with the next line", async () => {
  using dir = new TestDirectory();
  const options = { capioDir: dir.path, rules: STREAMED };
  const path = `${dir.path}/out`;
  const journal = `${dir.path}/.capio/CAPIO/journal`;
  const damage = [
    `{"event":"close","handle":0,"by":"`,
    `\n{"event":"remove","pa`,
    "\0\0\0\0",
    `\n{"event":"no such event","by":"x","time":1}\n`,
    `\n{"event":12}\n[]\nnull\n"\u{1F600}`,
  ];
  const heard = damage.map(() => Promise.withResolvers<void>());
  const [, text] = await Promise.all([
    withCapio({ ...options, appName: "writer" }, async () => {
      using file = await Deno.create(path);
      for (const [i, piece] of damage.entries()) {
        // As a program that knows nothing of sluice would.
        new Deno.Command("sh", {
          args: [
            "-c",
            `printf '%b' "$1" >> "$2"`,
            "sh",
            escaped(piece),
            journal,
          ],
        }).outputSync();
        await Deno.writeTextFile(`${path}${i}`, `piece ${i}`);
        await file.write(bytes(`${i}`));
        await heard[i].promise;
      }
    }),
    withCapio({ ...options, appName: "reader" }, async () => {
      let text = "";
      using file = await Deno.open(path);
      const buffer = new Uint8Array(1);
      while (await file.read(buffer) !== null) {
        const digit = new TextDecoder().decode(buffer);
        text += await Deno.readTextFile(`${path}${digit}`);
        heard[Number(digit)].resolve();
      }
      return text;
    }),
  ]);
  assertEquals(text, "piece 0piece 1piece 2piece 3piece 4");
  assertEquals(dir.list(), ["out", "out0", "out1", "out2", "out3", "out4"]);
});

/** For `printf '%b'`. */
function escaped(text: string): string {
  return [...bytes(text)]
    .map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
}

Deno.test("a read-only directory is refused in one line", async () => {
  using disk = Disk.mount("200k");
  if (!disk) return;
  disk.makeReadOnly();
  await using step = new Step({
    capioDir: disk.path,
    code: `console.log("ran");`,
  });
  const { code, stdout, stderr } = await step.result;
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertStringIncludes(stderr, "Read-only file system");
  assertEquals(stderr.trim().split("\n").length, 1);
});

Deno.test("a file is published to another disk below the directory, whole", async () => {
  using dir = new TestDirectory();
  using disk = Disk.mount("1m", `${dir.path}/disk`);
  if (!disk) return;
  const path = `${disk.path}/out`;
  const options = { capioDir: dir.path, rules: STREAMED };
  await Deno.writeTextFile(path, "old");
  const isBegun = Promise.withResolvers<void>();
  const [, text] = await Promise.all([
    withCapio({ ...options, appName: "writer" }, async () => {
      using file = await Deno.create(path);
      await file.write(bytes("half "));
      isBegun.resolve();
      assertEquals(await readOutside(path), "old");
      await file.write(bytes("and half"));
    }),
    withCapio({ ...options, appName: "reader" }, async () => {
      await isBegun.promise;
      return await new Response((await Deno.open(path)).readable).text();
    }),
  ]);
  assertEquals(text, "half and half");
  assertEquals(await Deno.readTextFile(path), "half and half");
  assertEquals(dir.list(), ["disk", "disk/out"]);
});

/** As a program that knows nothing of sluice. */
async function readOutside(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [path] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("what cannot be published is an error for its writer alone, and is kept", async () => {
  using dir = new TestDirectory();
  const options = { capioDir: dir.path, rules: STREAMED };
  const error = await assertRejects(() =>
    withCapio({ ...options, appName: "writer" }, async () => {
      await Deno.mkdir(`${dir.path}/sub`);
      const file = await Deno.create(`${dir.path}/sub/out`);
      await file.write(bytes("precious"));
      // A program outside of the workflow takes the name.
      new Deno.Command("touch", { args: [`${dir.path}/sub`] }).outputSync();
      const read = withCapio({ ...options, appName: "reader" }, async () => {
        const text = await Deno.readTextFile(`${dir.path}/sub/out`);
        await Deno.writeTextFile(`${dir.path}/other`, "written as ever");
        return text;
      });
      await delay(50);
      try {
        file.close();
      } finally {
        assertEquals(await read, "precious");
      }
    })
  );
  assertStringIncludes(String(error), `Cannot publish "sub/out"`);
  assertEquals(
    await Deno.readTextFile(`${dir.path}/other`),
    "written as ever",
  );
  assertEquals(
    await Deno.readTextFile(`${dir.path}/.capio/CAPIO/spool/sub/out`),
    "precious",
  );
  // Once the cause is gone, the next run puts it into its place.
  await Deno.remove(`${dir.path}/sub`);
  await withCapio(options, () => {});
  assertEquals(await Deno.readTextFile(`${dir.path}/sub/out`), "precious");
  assertEquals(dir.list(), ["other", "sub", "sub/out"]);
});

Deno.test("what cannot be published keeps nothing else from its place", async () => {
  using dir = new TestDirectory();
  await assertRejects(
    () =>
      withCapio({ capioDir: dir.path }, async () => {
        await Deno.mkdir(`${dir.path}/sub`);
        await Deno.writeTextFile(`${dir.path}/sub/out`, "precious");
        await Deno.writeTextFile(`${dir.path}/other`, "written as ever");
        new Deno.Command("touch", { args: [`${dir.path}/sub`] }).outputSync();
      }),
    Error,
    `Cannot publish "sub/out"`,
  );
  const text = await Deno.readTextFile(`${dir.path}/other`);
  assertEquals(text, "written as ever");
});

Deno.test("clocks that jump change nothing", async () => {
  await using workflow = new TestWorkflow(flow("out"));
  const jump = `
    const times = [0, 8e15, -8e15, 1e12, NaN];
    let turn = 0;
    Date.now = () => times[turn++ % times.length];`;
  const { reader } = await workflow.runAll({
    reader: `${jump}
      const file = await Deno.open(dir + "/out");
      console.log(await new Response(file.readable).text());`,
    writer: `${jump}
      using file = await Deno.create(dir + "/out");
      for (const letter of "whole") {
        await file.write(bytes(letter));
        await pause(60);
      }`,
  });
  assertEquals(reader, "whole");
  assertEquals(workflow.list(), ["out"]);
});

Deno.test("a stopped writer holds up nobody but its own readers", async () => {
  await using workflow = new TestWorkflow({
    stopped: streamed("slow"),
    writer: streamed("quick"),
    reader: { reads: ["quick"] },
  });
  const stopped = workflow.start(
    "stopped",
    `
    using file = await Deno.create(dir + "/slow");
    for (let i = 0; i < 100; i++) {
      await file.write(new Uint8Array(10));
      await pause(10);
    }`,
  );
  await eventually(workflow.path, (it) => (it?.files[0]?.size ?? 0) > 0);
  stopped.kill("SIGSTOP");
  const { reader } = await workflow.runAll({
    reader: printing("quick"),
    writer: `await Deno.writeTextFile(dir + "/quick", "quick");`,
  });
  assertEquals(reader, "quick");
  const [slow] = workflowStatus(workflow.path)?.files ?? [];
  assertEquals([slow.path, slow.phase], ["slow", "open"]);
  stopped.kill("SIGCONT");
  assertEquals((await stopped.result).code, 0);
  assertEquals((await Deno.readFile(`${workflow.path}/slow`)).length, 1000);
});

Deno.test("a file below a hundred directories arrives", async () => {
  using dir = new TestDirectory();
  const options = { capioDir: dir.path, rules: STREAMED };
  const folder = `${dir.path}/${"deeper/".repeat(100)}`;
  const [, text] = await Promise.all([
    withCapio({ ...options, appName: "writer" }, async () => {
      await delay(50);
      await Deno.mkdir(folder, { recursive: true });
      using file = await Deno.create(`${folder}out`);
      for (const letter of "from below") {
        await file.write(bytes(letter));
        await delay(5);
      }
    }),
    withCapio(
      { ...options, appName: "reader" },
      () => Deno.readTextFile(`${folder}out`),
    ),
  ]);
  assertEquals(text, "from below");
  assertEquals(await Deno.readTextFile(`${folder}out`), "from below");
});

Deno.test("where the system has no watch left to give, polling does", async () => {
  const through = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    `echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"`,
    "sh",
  ];
  if (!isAllowed([...through, "true"])) {
    console.log("skipped: nobody may have a user namespace here");
    return;
  }
  await using workflow = new TestWorkflow(flow("out"));
  const read = workflow.run(
    "reader",
    `
    using file = await Deno.open(dir + "/out");
    let reads = 0;
    while (await file.read(new Uint8Array(10)) !== null) reads++;
    console.log(reads);`,
    { through },
  );
  await workflow.run(
    "writer",
    `
    using file = await Deno.create(dir + "/out");
    for (let i = 0; i < 20; i++) {
      await file.write(new Uint8Array(10));
      await pause(25);
    }`,
  );
  assertGreater(Number(await read), 5);
});

function isAllowed([program, ...args]: string[]): boolean {
  try {
    return new Deno.Command(program, { args }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test("many processes take part in one workflow", async () => {
  // A hundred on request: each takes 50 MB and a tenth of a second.
  const count = Number(Deno.env.get("CAPIO_PROCESSES") ?? 20);
  const names = Array.from({ length: count }, (_, i) => `step${i}`);
  await using workflow = new TestWorkflow({
    ...Object.fromEntries(names.map((name) => [name, streamed(name)])),
    collector: { reads: ["*"] },
  });
  const collected = workflow.run(
    "collector",
    `
    const numbers = await Promise.all(
      Array.from({ length: Number(args[0]) }, async (_, i) =>
        Number(await Deno.readTextFile(dir + "/step" + i))));
    console.log(numbers.reduce((sum, number) => sum + number, 0));`,
    { args: [String(count)] },
  );
  await eventually(workflow.path, (it) => it?.members.length === 1);
  await Promise.all(
    names.map((app, i) =>
      workflow.run(app, `await Deno.writeTextFile(dir + "/${app}", "${i}");`)
    ),
  );
  assertEquals(Number(await collected), count * (count - 1) / 2);
  assertEquals(workflow.list().length, count);
});

Deno.test("two workflows in one directory and two in one process leave each other alone", async () => {
  using dir = new TestDirectory();
  using other = new TestDirectory();
  const run = (capioDir: string, workflowName: string) => {
    const options = { capioDir, workflowName, rules: STREAMED };
    const path = `${capioDir}/out`;
    return Promise.all([
      withCapio({ ...options, appName: "writer" }, async () => {
        using file = await Deno.create(path);
        for (const letter of workflowName) {
          await file.write(bytes(letter));
          await delay(Math.random() * 10);
        }
      }),
      withCapio(
        { ...options, appName: "reader" },
        async () => await new Response((await Deno.open(path)).readable).text(),
      ),
    ]);
  };
  const names = ["red letters", "blue letters", "green letters"];
  const results = await Promise.all([
    ...names.map((name) => run(dir.path, name)),
    ...names.map((name) => run(other.path, name)),
  ]);
  assertEquals(results.map(([, text]) => text), [...names, ...names]);
  assertEquals(dir.list(), ["out"]);
  assertEquals(other.list(), ["out"]);
});

Deno.test("whoever waits for a killed writer is told within moments", async () => {
  await using workflow = new TestWorkflow({ writer: streamed("out") });
  using keeper = new CapioWorkspace({
    capioDir: workflow.path,
    appName: "keeper",
    capioClConfigurationFile: workflow.cl,
  });
  const writer = workflow.start(
    "writer",
    `
    const file = await Deno.create(dir + "/out");
    await file.write(new Uint8Array(10));
    await pause(60_000);`,
  );
  const path = `${workflow.path}/out`;
  const { fs } = keeper;
  const calls: Promise<unknown>[] = [
    fs.readTextFile(path),
    fs.copyFile(path, `${workflow.path}/copy`),
    fs.open(path).then(async (file) => {
      using _ = file;
      return await new Response(file.readable).bytes();
    }),
  ];
  const settled = Promise.allSettled(calls);
  await eventually(workflow.path, (it) => (it?.files[0]?.size ?? 0) > 0);
  writer.kill();
  for (const result of await settled) {
    assertEquals(result.status, "rejected");
    if (result.status === "rejected") {
      assertEquals(result.reason.code, "WRITER_LOST");
    }
  }
});

Deno.test("who lists a directory that nobody has begun to fill waits, and says for what", async () => {
  using dir = new TestDirectory();
  const rules: CapioClRule[] = [{
    path: "parts",
    isDirectory: true,
    directoryNFileExpected: 3,
    fire: "no_update",
  }];
  const parts = `${dir.path}/parts`;
  await Deno.mkdir(parts);
  const list = withCapio(
    { capioDir: dir.path, appName: "reader", rules },
    () => Array.fromAsync(Deno.readDir(parts), ({ name }) => name),
  );
  await eventually(dir.path, (it) => it?.waits[0]?.path === "parts");
  await withCapio({ capioDir: dir.path, appName: "writer" }, async () => {
    for (const name of ["a", "b", "c"]) {
      await Deno.writeTextFile(`${parts}/${name}`, name);
    }
    assertEquals((await list).sort(), ["a", "b", "c"]);
  });
});
