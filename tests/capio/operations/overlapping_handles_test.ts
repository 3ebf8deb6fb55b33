import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import fs from "node:fs";
import {
  type CapioClRule,
  CapioWorkspace,
  withCapio,
  type WorkflowStatus,
  workflowStatus,
} from "@sluice/sluice/capio";
import { type ClApp, eventually, streamed, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const encoder = new TextEncoder();
const ON_CLOSE: CapioClRule = {
  path: "file",
  committed: "on_close",
  fire: "no_update",
};

/** A handle of either kind: open it, write to it, close it. */
interface Handle {
  write(text: string): void | Promise<void>;
  close(): void | Promise<void>;
}

const HANDLES: Record<string, (path: string) => Promise<Handle> | Handle> = {
  "Deno.open": async (path) => {
    const file = await Deno.open(path, { append: true, create: true });
    return {
      write: async (text) => void await file.write(encoder.encode(text)),
      close: () => file.close(),
    };
  },
  "Deno.openSync for both": (path) => {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    return {
      write(text) {
        file.seekSync(0, Deno.SeekMode.End);
        file.writeSync(encoder.encode(text));
      },
      close: () => file.close(),
    };
  },
  "file.writable": async (path) => {
    const file = await Deno.open(path, { append: true, create: true });
    const writer = file.writable.getWriter();
    return {
      write: (text) => writer.write(encoder.encode(text)),
      close: () => writer.close(),
    };
  },
  "fs.openSync": (path) => {
    const fd = fs.openSync(path, "a");
    return {
      write: (text) => void fs.writeSync(fd, text),
      close: () => fs.closeSync(fd),
    };
  },
  "FileHandle": async (path) => {
    const handle = await fs.promises.open(path, "a");
    return {
      write: async (text) => void await handle.write(text),
      close: () => handle.close(),
    };
  },
  "fs.createWriteStream": (path) => {
    const stream = fs.createWriteStream(path, { flags: "a" });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.on("error", reject).on("close", resolve);
    return {
      write: (text) =>
        new Promise((resolve, reject) =>
          stream.write(text, (error) => error ? reject(error) : resolve())
        ),
      close() {
        stream.end();
        return promise;
      },
    };
  },
};

function fileIn(dir: string): WorkflowStatus["files"][0] | undefined {
  return workflowStatus(dir)?.files.find(({ path }) => path === "file");
}

const RULES: Record<string, CapioClRule> = {
  "on_close": ON_CLOSE,
  "on_close:2": { ...ON_CLOSE, closeCount: 2 },
  "on_file": { path: "file", fileDependencies: ["done"], fire: "no_update" },
};

for (const [kind, open] of Object.entries(HANDLES)) {
  for (const [committed, rule] of Object.entries(RULES)) {
    Deno.test(`what ${kind} writes after others have closed is kept, under ${committed}`, async () => {
      using dir = new TestDirectory();
      const path = `${dir.path}/file`;
      const done: CapioClRule = { path: "done", committed: "on_close" };
      const options = { capioDir: dir.path, rules: [rule, done] };
      await withCapio(options, async () => {
        const held = await open(path);
        await held.write("one ");
        Deno.writeTextFileSync(path, "two ", { append: true });
        await Deno.writeTextFile(path, "three ", { append: true });
        fs.writeFileSync(`${dir.path}/done`, "");
        assertEquals(fileIn(dir.path)?.phase, "open");
        assertEquals(fileIn(dir.path)?.holders?.length, 1);
        await held.write("four");
        await held.close();
        assertEquals(fileIn(dir.path)?.phase, "committed");
        assertEquals(fileIn(dir.path)?.holders, undefined);
      });
      assertEquals(Deno.readTextFileSync(path), "one two three four");
    });
  }
}

Deno.test("a handle that other processes have outlived keeps what it writes", async () => {
  await using workflow = new TestWorkflow({ any: streamed("file") });
  const hold = `
    const file = Deno.openSync(dir + "/file", { append: true, create: true });
    file.writeSync(bytes("a"));
    while (!Deno.readTextFileSync(dir + "/file").includes("b")) await pause(5);
    Deno.writeTextFileSync(dir + "/go", "");
    while (!args.every((name) => exists(dir + "/" + name))) await pause(5);
    file.writeSync(bytes("c"));
    file.close();
    function exists(path) {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    }`;
  const append = `
    Deno.writeTextFileSync(dir + "/file", "b", { append: true });
    Deno.writeTextFileSync(dir + "/" + args[0], "");`;
  const holder = workflow.run("any", hold, { args: ["1", "2"] });
  await eventually(workflow.path, (status) => status?.files.length === 1);
  await workflow.run("any", append, { args: ["1"] });
  await workflow.run("any", append, { args: ["2"] });
  await holder;
  assertEquals(Deno.readTextFileSync(`${workflow.path}/file`), "abbc");
});

Deno.test("a member that holds a file open reads it and its size without a wait", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file`;
  const rules: CapioClRule[] = [
    { ...ON_CLOSE, fire: "update", producers: ["other"] },
  ];
  using other = new CapioWorkspace({
    capioDir: dir.path,
    appName: "other",
    rules,
  });
  using member = new CapioWorkspace({ capioDir: dir.path, appName: "member" });
  const first = other.fs.createSync(path);
  first.writeSync(encoder.encode("other"));
  using held = member.fs.openSync(path, { read: true, append: true });
  assertEquals(held.statSync().size, 5);
  assertEquals(member.fs.statSync(path).size, 5);
  assertEquals(member.fs.readTextFileSync(path), "other");
  using reading = member.fs.openSync(path);
  const buffer = new Uint8Array(10);
  assertEquals(reading.readSync(buffer), 5);
  assertEquals(reading.readSync(buffer), null);
  assertEquals(await held.read(buffer), 5);
  first.close();
});

Deno.test("a second opener that truncates empties the file for all", async () => {
  await using workflow = new TestWorkflow({ any: streamed("file") });
  const openings = [
    `Deno.writeTextFileSync(path, "new")`,
    `await Deno.writeTextFile(path, "new")`,
    `(await Deno.create(path)).close();
     Deno.writeTextFileSync(path, "new", { append: true })`,
    `await Deno.truncate(path); fs.appendFileSync(path, "new")`,
    `fs.writeFileSync(path, "new")`,
    `await fs.promises.writeFile(path, "new", { mode: 0o644 })`,
    `fs.truncateSync(path, 0); fs.writeFileSync(path, "new", { flag: "r+" })`,
    `const handle = await fs.promises.open(path, "w+");
     await handle.write("new");
     await handle.close()`,
    `await Deno.copyFile(args[0], path)`,
    `fs.copyFileSync(args[0], path)`,
  ];
  using outside = new TestDirectory();
  Deno.writeTextFileSync(`${outside.path}/new`, "new");
  for (const opening of openings) {
    await workflow.run(
      "any",
      `import fs from "node:fs";
      const path = dir + "/file";
      using held = Deno.openSync(path, { read: true, append: true, create: true });
      held.writeSync(bytes("an old text that is longer"));
      { ${opening} }
      if (held.statSync().size !== 3) throw new Error("held " + held.statSync().size);
      held.writeSync(bytes(", and more"));`,
      { args: [`${outside.path}/new`], flags: ["--allow-read"] },
    );
    const text = Deno.readTextFileSync(`${workflow.path}/file`);
    assertEquals(text, "new, and more", opening);
  }
});

Deno.test("a held file that is renamed or replaced keeps its handle's bytes apart", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file`;
  const rules: CapioClRule[] = [{ path: "*", committed: "on_close" }];
  await withCapio({ capioDir: dir.path, rules }, async () => {
    using held = await Deno.create(path);
    held.writeSync(encoder.encode("one "));
    // A rotation: the next append makes a new file.
    await Deno.rename(path, `${path}.1`);
    await Deno.writeTextFile(path, "next ", { append: true });
    held.writeSync(encoder.encode("two"));
    // Another file takes the name.
    using replaced = await Deno.open(path, { append: true });
    fs.writeFileSync(`${path}.new`, "new");
    fs.renameSync(`${path}.new`, path);
    replaced.writeSync(encoder.encode("lost, as outside"));
    fs.appendFileSync(path, "er");
  });
  assertEquals(dir.list(), ["file", "file.1"]);
  assertEquals(Deno.readTextFileSync(path), "newer");
  assertEquals(Deno.readTextFileSync(`${path}.1`), "one two");
});

Deno.test("a held file that is removed is gone, and its name is free", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file`;
  await withCapio({ capioDir: dir.path, rules: [ON_CLOSE] }, async () => {
    using held = await Deno.create(path);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "second", { createNew: true });
    held.writeSync(encoder.encode("first"));
    assertEquals(Deno.readTextFileSync(path), "second");
  });
  assertEquals(Deno.readTextFileSync(path), "second");
});

/** Ways to add one to a number in a file, of which several may be under way. */
const COUNTERS: Record<string, string> = {
  "under FsFile.lock": `
    const options = { read: true, write: true, create: true };
    using file = await Deno.open(path, options);
    await file.lock(true);
    const buffer = new Uint8Array(20);
    const count = await file.read(buffer) ?? 0;
    const next = Number(new TextDecoder().decode(buffer.subarray(0, count))) + 1;
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(bytes(String(next)));
    await file.unlock();`,
  "under FsFile.lockSync, held for longer": `
    const options = { read: true, write: true, create: true };
    const file = Deno.openSync(path, options);
    file.lockSync(true);
    const buffer = new Uint8Array(20);
    const count = file.readSync(buffer) ?? 0;
    const next = Number(new TextDecoder().decode(buffer.subarray(0, count))) + 1;
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(bytes(String(next)));
    file.unlockSync();
    await pause(Math.random() * 4);
    file.close();`,
  "with a lock file": `
    for (;;) {
      try {
        fs.closeSync(fs.openSync(path + ".lock", "wx"));
        break;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        await pause(Math.random() * 4);
      }
    }
    const text = fs.existsSync(path) ? await Deno.readTextFile(path) : "0";
    await Deno.writeTextFile(path, String(Number(text) + 1));
    fs.unlinkSync(path + ".lock");`,
};

for (const [how, add] of Object.entries(COUNTERS)) {
  Deno.test(`no count of four processes is lost: a counter ${how}`, async () => {
    const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
    const any: ClApp = { writes: ["*"], streaming: [rule] };
    await using workflow = new TestWorkflow({ any });
    const code = `
      import fs from "node:fs";
      const path = dir + "/file";
      for (let i = 0; i < 40; i++) {
        ${add}
      }`;
    const runs = Array.from({ length: 4 }, () => workflow.run("any", code));
    await Promise.all(runs);
    assertEquals(Deno.readTextFileSync(`${workflow.path}/file`), "160");
    assertEquals(workflow.list(), ["file"]);
  });
}

Deno.test("one writer that is killed loses a file that others still hold open", async () => {
  await using workflow = new TestWorkflow({
    any: streamed("file"),
    reader: { reads: ["file"] },
  });
  const path = `${workflow.path}/file`;
  const hold = (name: string, then: string) =>
    workflow.start(
      "any",
      `
      const file = Deno.openSync(dir + "/file", { append: true, create: true });
      file.writeSync(bytes("${name} "));
      ${then}`,
    );
  const killed = hold("killed", "setInterval(() => {}, 1000);");
  await eventually(
    workflow.path,
    () => fileIn(workflow.path)?.holders?.length === 1,
  );
  const other = hold(
    "other",
    `while (!Deno.readTextFileSync(dir + "/file").includes("go")) await pause(5);
    file.close();`,
  );
  await eventually(
    workflow.path,
    () => fileIn(workflow.path)?.holders?.length === 2,
  );
  const reader = workflow.start(
    "reader",
    `try {
      await Deno.readTextFile(dir + "/file");
    } catch (error) {
      console.log(error.code);
    }`,
  );
  killed.kill();
  await killed.result;
  assertEquals((await reader.result).stdout.trim(), "WRITER_LOST");
  // A later opening begins with what was written, as outside.
  await workflow.run(
    "any",
    `Deno.writeTextFileSync(dir + "/file", "go", { append: true });`,
  );
  const { code, stderr } = await other.result;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(Deno.readTextFileSync(path), "killed other go");
});

Deno.test("of several that create a new file at once one succeeds, while others hold it", async () => {
  await using workflow = new TestWorkflow({ any: streamed("*") });
  const code = `
    import fs from "node:fs";
    const ways = [
      (path) => Deno.open(path, { write: true, createNew: true }),
      (path) => fs.promises.open(path, "wx"),
      (path) => fs.openSync(path, "ax+"),
      (path) => Deno.openSync(path, { append: true, createNew: true }),
      (path) => Deno.writeTextFile(path, "", { createNew: true }),
      (path) => fs.writeFileSync(path, "", { flag: "wx" }),
    ];
    const held = [];
    let made = 0;
    for (let i = 0; i < 100; i++) {
      const path = dir + "/" + i;
      try {
        held.push(await ways[(i + Number(args[0])) % ways.length](path));
        made++;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
    }
    console.log(made);
    for (const it of held) {
      if (typeof it === "number") fs.closeSync(it);
      else await it?.close();
    }`;
  const made = await Promise.all(
    [0, 1, 2, 3].map((i) => workflow.run("any", code, { args: [String(i)] })),
  );
  assertEquals(made.map(Number).reduce((sum, it) => sum + it), 100);
  assertEquals(workflow.list().length, 100);
});

Deno.test("an opening that the system refuses holds nothing open", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file`;
  await withCapio({ capioDir: dir.path, rules: [ON_CLOSE] }, async () => {
    using held = await Deno.create(path);
    await assertRejects(
      () => Deno.open(path, { write: true, createNew: true }),
      Deno.errors.AlreadyExists,
      `open '${path}'`,
    );
    await assertRejects(
      () => Deno.writeTextFile(path, "", { createNew: true }),
      Deno.errors.AlreadyExists,
    );
    await assertRejects(() => fs.promises.open(path, "wx"), Error, "EEXIST");
    await assertRejects(() => Deno.open(`${path}/`, { append: true }));
    assertEquals(fileIn(dir.path)?.holders?.length, 1);
    held.writeSync(encoder.encode("whole"));
    held.close();
    assertEquals(fileIn(dir.path)?.phase, "committed");
  });
  assertEquals(Deno.readTextFileSync(path), "whole");
});

Deno.test("the status names who holds a file open, and since when", async () => {
  using dir = new TestDirectory();
  const rules = [ON_CLOSE];
  const before = Date.now();
  using one = new CapioWorkspace({
    capioDir: dir.path,
    appName: "one",
    rules,
  });
  using other = new CapioWorkspace({ capioDir: dir.path, appName: "other" });
  using first = one.fs.createSync(`${dir.path}/file`);
  await delay(5);
  const second = other.fs.openSync(`${dir.path}/file`, { append: true });
  first.writeSync(encoder.encode("first"));
  const holders = fileIn(dir.path)?.holders ?? [];
  assertEquals(
    holders.map(({ app, pid }) => ({ app, pid })),
    [{ app: "one", pid: Deno.pid }, { app: "other", pid: Deno.pid }],
  );
  assert(before <= holders[0].since && holders[0].since < holders[1].since);
  first.close();
  assertEquals(
    fileIn(dir.path)?.missing,
    `"other" (process ${Deno.pid}) still has it open for writing`,
  );
  second.close();
});
