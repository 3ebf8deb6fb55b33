import { assertEquals } from "@std/assert";
import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import {
  type CapioClRule,
  CapioWorkspace,
  withCapio,
} from "@sluice/sluice/capio";
import { Step, TestDirectory } from "./step.ts";

const ON_CLOSE: CapioClRule[] = [{ path: "*", committed: "on_close" }];

Deno.test("a reader gets a whole file, never the half of the one that replaces it", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  const options = { capioDir: dir.path, rules: ON_CLOSE };
  const write = (file: Deno.FsFile, text: string) =>
    file.writeSync(new TextEncoder().encode(text));
  const [, text] = await deadline(
    Promise.all([
      withCapio({ ...options, appName: "writer" }, async () => {
        const first = Deno.createSync(path);
        write(first, "the first, whole");
        // By then the reader waits for the end of the first.
        await delay(150);
        first.close();
        using second = Deno.createSync(path);
        write(second, "the second");
        await delay(400);
        write(second, ", whole");
      }),
      withCapio(
        { ...options, appName: "reader" },
        () => Deno.readTextFile(path),
      ),
    ]),
    10_000,
  );
  assertEquals(text, "the second, whole");
});

Deno.test("two that append to the same old files at once both keep what they wrote", async () => {
  using dir = new TestDirectory();
  const count = 100;
  for (let i = 0; i < count; i++) {
    await Deno.writeTextFile(`${dir.path}/${i}`, "old\n");
  }
  const steps = ["one", "two"].map((app) =>
    new Step({
      capioDir: dir.path,
      app,
      args: [dir.path, app],
      code: `
        const [dir, app] = Deno.args;
        const other = app === "one" ? "two" : "one";
        Deno.writeTextFileSync(dir + "/ready-" + app, "");
        const isThere = (name: string) =>
          [...Deno.readDirSync(dir)].some((entry) => entry.name === name);
        while (!isThere("ready-" + other));
        for (let i = 0; i < ${count}; i++) {
          using file = await Deno.open(dir + "/" + i, { append: true });
          await file.write(new TextEncoder().encode(app + "\\n"));
        }`,
    })
  );
  for (const step of steps) assertEquals((await step.result).stderr, "");
  const wrong = [];
  for (let i = 0; i < count; i++) {
    const text = await Deno.readTextFile(`${dir.path}/${i}`);
    const [first, ...rest] = text.trim().split("\n");
    if (first !== "old" || rest.sort().join() !== "one,two") wrong.push(text);
  }
  assertEquals(wrong, []);
});

Deno.test("a file that another one renames while it is being opened has all that is written", async () => {
  using dir = new TestDirectory();
  const rule = { name: ["*"], committed: "on_close", mode: "update" };
  const app = { writes: ["*"], streaming: [rule] };
  const cl = dir.writeCl({ maker: app, mover: app });
  const count = 100;
  const step = { capioDir: dir.path, cl, args: [dir.path] };
  const codes = {
    maker: `
      const file = await Deno.open(path, { create: true, write: true });
      await file.write(new TextEncoder().encode("all of it"));
      file.close();`,
    mover: `
      for (;;) {
        try {
          await Deno.rename(path, path + ".moved");
          break;
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }`,
  };
  const steps = Object.entries(codes).map(([app, code]) =>
    new Step({
      ...step,
      app,
      code: `
        for (let i = 0; i < ${count}; i++) {
          const path = Deno.args[0] + "/" + i;
          ${code}
        }`,
    })
  );
  for (const step of steps) assertEquals((await step.result).stderr, "");
  const names = Array.from({ length: count }, (_, i) => `${i}.moved`);
  assertEquals(dir.list(), names.toSorted());
  const wrong = names.filter((name) =>
    Deno.readTextFileSync(`${dir.path}/${name}`) !== "all of it"
  );
  assertEquals(wrong, []);
});

Deno.test("a context that begins while the last one ends finds no earlier run", async () => {
  using dir = new TestDirectory();
  const module = import.meta.resolve("../../src/capio/mod.ts");
  const code = (name: string) => `
    import { withCapio } from "${module}";
    for (let i = 0; i < 150; i++) {
      const path = Deno.args[0] + "/${name}" + i;
      await withCapio({ capioDir: Deno.args[0], workflowName: "short" }, () => {
        Deno.writeTextFileSync(path, "");
      });
    }`;
  const steps = ["a", "b"].map((app) =>
    new Step({ capioDir: dir.path, app, code: code(app), args: [dir.path] })
  );
  for (const step of steps) assertEquals((await step.result).stderr, "");
  assertEquals(dir.list().length, 300);
});

Deno.test("what was left by one who was killed while clearing up is no part of the next run", async () => {
  using dir = new TestDirectory();
  await Deno.mkdir(`${dir.path}/.capio/CAPIO/spool`, { recursive: true });
  await Deno.writeTextFile(`${dir.path}/.capio/CAPIO/spool/file.txt`, "old");
  await withCapio({ capioDir: dir.path }, async () => {
    assertEquals([...Deno.readDirSync(dir.path)], []);
    await Deno.writeTextFile(`${dir.path}/file.txt`, "new", {
      createNew: true,
    });
  });
  assertEquals(await Deno.readTextFile(`${dir.path}/file.txt`), "new");
  assertEquals(dir.list(), ["file.txt"]);
});

Deno.test("however fast a file is written anew, each reading is one whole version", async () => {
  using dir = new TestDirectory();
  const once = (name: string) => ({
    name: [name],
    committed: "on_close",
    mode: "update",
  });
  const cl = dir.writeCl({
    writer: {
      writes: ["again", "renamed"],
      streaming: [once("again"), once("renamed")],
    },
    reader: { reads: ["*"] },
    other: { reads: ["*"] },
  });
  const versions = 150;
  const step = { capioDir: dir.path, cl, args: [dir.path] };
  await using writer = new Step({
    ...step,
    app: "writer",
    code: `
      const dir = Deno.args[0];
      for (let version = 1; version <= ${versions}; version++) {
        const text = String(version).padStart(6, "0").repeat(5000);
        {
          using file = await Deno.create(dir + "/again");
          const bytes = new TextEncoder().encode(text);
          await file.write(bytes.subarray(0, 7));
          await file.write(bytes.subarray(7));
        }
        await Deno.writeTextFile(dir + "/part", text);
        await Deno.rename(dir + "/part", dir + "/renamed");
      }`,
  });
  const read = (app: string, sync: string) =>
    new Step({
      ...step,
      app,
      code: `
        const dir = Deno.args[0];
        const wrong = [];
        for (const name of ["again", "renamed"]) {
          for (let version = "", turn = 0; version !== "${
        String(versions).padStart(6, "0")
      }"; turn++) {
            let text;
            if (turn % 2) text = await Deno.readTextFile${sync}(dir + "/" + name);
            else {
              const file = await Deno.open${sync}(dir + "/" + name);
              text = await new Response(file.readable).text();
            }
            const earlier = version;
            version = text.slice(0, 6);
            if (text !== version.repeat(5000) || version < earlier) {
              wrong.push(name + " " + earlier + " " + version + " " + text.length);
              if (wrong.length > 5) break;
            }
          }
        }
        console.log(JSON.stringify(wrong));`,
    });
  await using reader = read("reader", "");
  await using other = read("other", "Sync");
  // A reader may have had an earlier version: that is told, and nothing else.
  const complaints = (stderr: string) =>
    stderr.split("\n").filter((line) =>
      line !== "" && !/^sluice: "writer" opened "again" again/.test(line)
    );
  assertEquals(complaints((await writer.result).stderr), []);
  for (const { result } of [reader, other]) {
    const { stdout, stderr } = await result;
    assertEquals({ stdout, complaints: complaints(stderr) }, {
      stdout: "[]\n",
      complaints: [],
    });
  }
});

Deno.test("a path leads where another member has just made it lead", () => {
  using dir = new TestDirectory();
  const at = (name: string) => join(dir.path, name);
  Deno.writeTextFileSync(at("old.txt"), "old");
  Deno.mkdirSync(at("old"));
  Deno.writeTextFileSync(at("old/in.txt"), "in");
  const rules: CapioClRule[] = [{ path: "*.txt", committed: "on_close" }];
  const options = { capioDir: dir.path, openTimeoutSeconds: 0, rules };
  using one = new CapioWorkspace({ ...options, appName: "one" });
  using other = new CapioWorkspace({ ...options, appName: "other" });
  one.fs.symlinkSync("old.txt", at("link"));
  assertEquals(other.fs.readTextFileSync(at("link")), "old");
  one.fs.symlinkSync("old", at("folder"));
  other.fs.writeTextFileSync(at("folder/new.txt"), "new");
  assertEquals(one.fs.readTextFileSync(at("old/new.txt")), "new");
  one.fs.removeSync(at("folder"));
  one.fs.mkdirSync(at("folder"));
  one.fs.writeTextFileSync(at("folder/in.txt"), "another");
  assertEquals(other.fs.readTextFileSync(at("folder/in.txt")), "another");
});

const WAYS_TO_LOCK: Record<string, string> = {
  "a new file": `Deno.openSync(lock, { write: true, createNew: true }).close()`,
  "a file written anew": `
    await Deno.writeTextFile(lock, "", { createNew: true })`,
  "a file opened by Node": `
    await (await fs.promises.open(lock, "wx")).close()`,
  "a directory": `await Deno.mkdir(lock)`,
  "a link": `Deno.symlinkSync("nothing", lock)`,
};

for (const [what, take] of Object.entries(WAYS_TO_LOCK)) {
  Deno.test(`${what} serves as a lock between processes`, async () => {
    using witness = new TestDirectory();
    using dir = new TestDirectory();
    const cl = dir.writeCl({
      any: {
        writes: ["*"],
        streaming: [{ name: ["*"], committed: "on_close" }],
      },
    });
    const code = `
      import fs from "node:fs";
      const [dir, witness] = Deno.args;
      const lock = dir + "/lock";
      for (let taken = 0; taken < 40;) {
        try {
          ${take};
        } catch (error) {
          if (error.code !== "EEXIST") throw error;
          continue;
        }
        taken++;
        // Outside of the workflow, and so the system's own.
        Deno.mkdirSync(witness + "/held");
        await new Promise((resolve) => setTimeout(resolve, 0));
        Deno.removeSync(witness + "/held");
        Deno.removeSync(lock);
      }`;
    const flags = ["--allow-read", "--allow-write"];
    const run = () =>
      new Step({
        capioDir: dir.path,
        app: "any",
        cl,
        code,
        args: [dir.path, witness.path],
        flags,
      });
    await using one = run();
    await using two = run();
    await using three = run();
    for (const step of [one, two, three]) {
      const { code, stderr } = await step.result;
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
    }
  });
}
