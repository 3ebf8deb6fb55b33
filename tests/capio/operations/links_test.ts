/**
 * Symbolic links that come, or lead elsewhere, while a reader waits: it gets what
 * they lead to in the end.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** Waits for a file outside of the directory, which the test makes. */
const AWAIT = `
  const come = async (name) => {
    for (;;) {
      try { return Deno.statSync(dir + "." + name); } catch { await pause(5); }
    }
  };`;

/** Half of each file, under links that did not exist before; then the rest. */
const WRITER = `${AWAIT}
  const fs = (await import("node:fs")).default;
  const begin = (name, text) => {
    const fd = fs.openSync(dir + "/" + name, "w");
    fs.writeSync(fd, text);
    return fd;
  };
  const link = (target, name) => fs.symlinkSync(target, dir + "/" + name);
  await come("come");
  fs.mkdirSync(dir + "/made/v1", { recursive: true });
  const open = [begin("made/file.1", "one,"), begin("made/v1/below", "one,")];
  link("file.1", "made/late");
  link("v1", "made/latest");
  link("first.1", "made/first");
  link("chain.2", "made/chain");
  open.push(begin("made/first.1", "one,"), begin("made/chain.1", "one,"));
  link("chain.1", "made/chain.2");
  open.push(begin("made/switched.1", "an earlier one"));
  link("switched.1", "made/switched");
  await come("switch");
  open.push(begin("made/switched.2", "one,"));
  link("switched.2", "made/temporary");
  fs.renameSync(dir + "/made/temporary", dir + "/made/switched");
  await come("end");
  for (const [index, fd] of open.entries()) {
    if (index !== 4) fs.writeSync(fd, "two");
    fs.closeSync(fd);
  }`;

const NAMES = ["late", "latest/below", "first", "chain"];

/** Reads a file that is to be waited for in every way that there is. */
const READER = `
  const fs = (await import("node:fs")).default;
  const text = async (chunks) => {
    let all = "";
    for await (const it of chunks) all += new TextDecoder().decode(it);
    return all;
  };
  const copied = (copy) => async (path, name, to) => {
    to = dir + "/copy " + name.replace("/", " ") + to;
    await copy(path, to);
    return Deno.readTextFile(to);
  };
  const whole = {
    readTextFile: (path) => Deno.readTextFile(path),
    readFile: (path) => fs.promises.readFile(path, "utf8"),
    copyFile: copied(Deno.copyFile),
    fsCopyFile: copied(fs.promises.copyFile),
  };
  const ways = {
    ...whole,
    open: async (path) => text((await Deno.open(path)).readable),
    stream: (path) => text(fs.createReadStream(path)),
    handle: async (path) => {
      await using handle = await fs.promises.open(path);
      return (await handle.readFile("utf8"));
    },
    stat: async (path) => (await Deno.stat(path)).isFile,
    fsStat: async (path) => (await fs.promises.stat(path)).isFile(),
    lstat: async (path) => (await Deno.lstat(path)).isSymlink,
    access: async (path) => await fs.promises.access(path) ?? true,
    realPath: async (path) => (await Deno.realPath(path)).slice(dir.length + 6),
    fsRealpath: async (path) =>
      (await fs.promises.realpath(path)).slice(dir.length + 6),
    readLink: (path) => Deno.readLink(path),
  };
  const one = async (name, way, read) => {
    const path = dir + "/made/" + name;
    const result = await read(path, name, way).catch((error) => error.message);
    return [name, way, result];
  };
  const all = args.flatMap((name) =>
    Object.entries(ways)
      .filter(([way]) => name !== "latest/below" || way !== "readLink")
      .map(([way, read]) => one(name, way, read))
  );
  for (const way of Object.keys(whole)) {
    all.push(one("switched", way, whole[way]));
  }
  const list = async (names) => (await Array.fromAsync(names)).map((it) => it.name);
  all.push(one("latest", "readDir", (path) => list(Deno.readDir(path))));
  all.push(one("latest", "readdir", (path) => fs.promises.readdir(path)));
  console.log(JSON.stringify(await Promise.all(all)));`;

const TARGETS: Record<string, string> = {
  late: "file.1",
  "latest/below": "v1/below",
  first: "first.1",
  chain: "chain.2",
};

/** What the reader prints if it comes after the writer. */
function expected(): unknown[] {
  const whole = ["readTextFile", "readFile", "copyFile", "fsCopyFile"];
  const contents = [...whole, "open", "stream", "handle"];
  const single = NAMES.flatMap((name): unknown[] => {
    const isLink = name !== "latest/below";
    const real = name === "chain" ? "chain.1" : TARGETS[name];
    return [
      ...contents.map((way) => [name, way, "one,two"]),
      [name, "stat", true],
      [name, "fsStat", true],
      [name, "lstat", isLink],
      [name, "access", true],
      [name, "realPath", real],
      [name, "fsRealpath", real],
      ...isLink ? [[name, "readLink", TARGETS[name]]] : [],
    ];
  });
  return [
    ...single,
    ...whole.map((way) => ["switched", way, "one,two"]),
    ["latest", "readDir", ["below"]],
    ["latest", "readdir", ["below"]],
  ];
}

for (const mode of ["no_update", "update"] as const) {
  Deno.test(`a path that becomes a link while it is waited for is read to its end under ${mode}`, async () => {
    const rule = { name: ["made/*"], committed: "on_close", mode };
    await using flow = new TestWorkflow({
      writer: { writes: ["made/*"], streaming: [rule] },
      reader: { reads: ["made/*"], writes: ["copy *"] },
      // Blocks its thread.
      blocked: { reads: ["made/*"] },
    });
    const marks = ["come", "switch", "end"].map((it) => `${flow.path}.${it}`);
    const waits = (isSo: (paths: string[]) => boolean) =>
      eventually(
        flow.path,
        (status) => isSo((status?.waits ?? []).map(({ path }) => path)),
      );
    try {
      const written = flow.run("writer", WRITER, { flags: ["-A"] });
      const read = flow.run("reader", READER, {
        args: NAMES,
        flags: ["-A"],
      });
      const blocked = flow.run(
        "blocked",
        `console.log((await import("node:fs")).readFileSync(dir + "/made/late", "utf8"));`,
      );
      const isComing = (path: string) =>
        ["late", "latest/below", "first", "chain", "switched"]
          .some((name) => path === `made/${name}`);
      // Each name in each way, and once more.
      await waits((paths) => paths.filter(isComing).length >= 60);
      await Deno.writeTextFile(marks[0], "");
      // Those that read to the end wait for it.
      await waits((paths) => paths.includes("made/switched.1"));
      await Deno.writeTextFile(marks[1], "");
      await waits((paths) =>
        ["file.1", "v1/below", "first.1", "chain.1", "switched.2"]
          .every((name) => paths.includes(`made/${name}`)) &&
        !paths.includes("made/switched.1")
      );
      await Deno.writeTextFile(marks[2], "");
      assertEquals(await written, "");
      assertEquals(JSON.parse(await read), expected());
      assertEquals(await blocked, "one,two");
    } finally {
      for (const mark of marks) {
        await Deno.remove(mark).catch(() => {});
      }
    }
  });
}

Deno.test("a link whose target comes later is waited for by the name of the link", async () => {
  // The rules know nothing of the target.
  await using flow = new TestWorkflow({
    writer: { writes: ["latest/log", "current"] },
    reader: { reads: ["latest/log", "current"] },
  });
  const link = Deno.symlinkSync;
  link("run-1", `${flow.path}/latest`);
  link("run-1/log", `${flow.path}/current`);
  const read = flow.run(
    "reader",
    `const texts = ["latest/log", "current"].map((it) => Deno.readTextFile(dir + "/" + it));
    console.log((await Promise.all(texts)).join());`,
  );
  await eventually(flow.path, (status) => status?.waits.length === 2);
  await flow.run(
    "writer",
    `Deno.mkdirSync(dir + "/run-1"); Deno.writeTextFileSync(dir + "/run-1/log", "text");`,
  );
  assertEquals(await read, "text,text");
});

Deno.test("a dangling link is told as a missing file once its makers have left", async () => {
  await using flow = new TestWorkflow({
    writer: { writes: ["link", "target"] },
    reader: { reads: ["link"] },
  });
  const { writer, reader } = await flow.runAll({
    writer: `Deno.symlinkSync("target", dir + "/link");`,
    reader: `
      await Deno.readTextFile(dir + "/link").catch((error) => console.log(error.name));
      console.log(await Deno.readLink(dir + "/link"));`,
  }, { flags: ["-A"] });
  assertEquals(writer, "");
  assertEquals(reader, "NotFound\ntarget");
});

Deno.test("a link that leads elsewhere after a reader has read through it is told", async () => {
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  await using flow = new TestWorkflow({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
  const mark = `${flow.path}.go`;
  const writer = flow.start(
    "writer",
    `${AWAIT}
    Deno.writeTextFileSync(dir + "/one", "one");
    Deno.symlinkSync("one", dir + "/current");
    await come("go");
    Deno.writeTextFileSync(dir + "/two", "two");
    Deno.removeSync(dir + "/current");
    Deno.symlinkSync("two", dir + "/current");`,
    { flags: ["-A"] },
  );
  const read = await flow.run(
    "reader",
    `console.log(await Deno.readTextFile(dir + "/current"));`,
  );
  assertEquals(read, "one");
  await Deno.writeTextFile(mark, "");
  const { code, stderr } = await writer.result;
  await Deno.remove(mark);
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `sluice: "writer" replaced "current" by another file after "reader" had read from it`,
  );
});
