/** What a flag such as `--deny-read` closes is closed under every name. */
import { assert, assertEquals } from "@std/assert";
import { withCapio } from "../../../src/capio/session/context.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { Step, type StepResult, TestDirectory } from "../step.ts";

/**
 * A step that makes calls on a directory, its `first` argument a name of the
 * directory, and prints what becomes of each.
 */
const CALLS = `
  import fs from "node:fs";
  import fsPromises from "node:fs/promises";
  const [base] = Deno.args;
  const D = Deno;
  const reads = {
    "Deno.readTextFile": (p) => D.readTextFile(p),
    "Deno.readFileSync": (p) => D.readFileSync(p),
    "Deno.open": async (p) => (await D.open(p)).close(),
    "Deno.stat": (p) => D.stat(p),
    "Deno.realPath": (p) => D.realPath(p),
    "Deno.copyFile from": (p) => D.copyFile(p, base + "/copy"),
    "Deno.watchFs": (p) => D.watchFs(p).close(),
    "fs.readFileSync": (p) => fs.readFileSync(p),
    "fs.openSync": (p) => fs.closeSync(fs.openSync(p)),
    "fs.promises.open": async (p) => (await fsPromises.open(p)).close(),
    "fs.open": (p) => new Promise((done, fail) =>
      fs.open(p, (e, fd) => e ? fail(e) : done(fs.closeSync(fd)))),
    "fs.createReadStream": (p) => Array.fromAsync(fs.createReadStream(p)),
    "fs.statSync": (p) => fs.statSync(p),
    "fs.existsSync": (p) => fs.existsSync(p),
    "fs.realpathSync": (p) => fs.realpathSync(p),
    "fs.openAsBlob": (p) => fs.openAsBlob(p),
    "fs.statfsSync": (p) => fs.statfsSync(p),
    "fs.copyFileSync from": (p) => fs.copyFileSync(p, base + "/copy"),
    "fs.cpSync from": (p) => fs.cpSync(p, base + "/copy"),
    "fs.promises.cp from": (p) => fsPromises.cp(p, base + "/copy"),
    "fs.promises.readFile of a URL": (p) =>
      fsPromises.readFile(new URL("file://" + (p.startsWith("/") ? p : D.cwd() + "/" + p))),
    "fs.readFileSync of bytes": (p) => fs.readFileSync(Buffer.from(p)),
  };
  const writes = {
    "Deno.writeTextFile": (p) => D.writeTextFile(p, "changed"),
    "Deno.open": async (p) => (await D.open(p, { write: true })).close(),
    "Deno.create": async (p) => (await D.create(p)).close(),
    "Deno.copyFile to": (p) => D.copyFile(base + "/plain", p),
    "Deno.chmod": (p) => D.chmod(p, 0o777),
    "Deno.utime": (p) => D.utime(p, 1, 1),
    "fs.writeFileSync": (p) => fs.writeFileSync(p, "changed"),
    "fs.appendFileSync": (p) => fs.appendFileSync(p, "changed"),
    "fs.truncateSync": (p) => fs.truncateSync(p),
    "fs.promises.open": async (p) => (await fsPromises.open(p, "w")).close(),
    "fs.createWriteStream": (p) => new Promise((done, fail) =>
      fs.createWriteStream(p).on("error", fail).on("finish", done).end("changed")),
    "fs.cpSync to": (p) => fs.cpSync(base + "/plain", p),
  };
  /** Calls that mean a link itself. */
  const moves = {
    "Deno.rename from": (p) => D.rename(p, base + "/moved"),
    "Deno.link from": (p) => D.link(p, base + "/second"),
    "fs.renameSync from": (p) => fs.renameSync(p, base + "/moved"),
    "fs.linkSync from": (p) => fs.linkSync(p, base + "/second"),
    "Deno.rename to": (p) => D.rename(base + "/plain", p),
    "Deno.link to": (p) => D.link(base + "/plain", p),
    "Deno.remove": (p) => D.remove(p),
    "fs.rmSync": (p) => fs.rmSync(p),
    "fs.unlinkSync": (p) => fs.unlinkSync(p),
  };
  const tell = async (what, call) => {
    let outcome = "allowed";
    try {
      await call();
    } catch (error) {
      outcome = error.name === "NotCapable" ? error.name : String(error);
    }
    console.log(what + ": " + outcome);
  };
  const names = (file) => [
    base + "/" + file, base + "/sub/../" + file, base + "/./" + file,
    base + "/link-to-" + file, base + "/long/" + file,
  ];
  for (const [file, calls] of [["secret", reads], ["fixed", writes]]) {
    for (const name of names(file)) {
      for (const [call, fn] of Object.entries(calls)) await tell(call + " " + name, () => fn(name));
    }
    D.chdir(base + "/sub");
    for (const [call, fn] of Object.entries(calls)) await tell(call + " by ..", () => fn("../" + file));
    D.chdir(base);
    for (const [call, fn] of Object.entries(calls)) await tell(call + " relative", () => fn("./" + file));
  }
  for (const [call, fn] of Object.entries(moves)) await tell(call, () => fn(base + "/fixed"));
  for (const call of ["from", "to"].flatMap((it) => ["Deno.rename " + it, "Deno.link " + it])) {
    if (call.endsWith("from")) await tell(call + " of secret", () => moves[call](base + "/secret"));
  }
  for (const own of ["", "/CAPIO/spool/secret"]) {
    await tell("in .capio" + own, () => D.stat(base + "/.capio" + own));
  }
`;

/** A directory with what the steps find in it. */
function furnished(): TestDirectory {
  const dir = new TestDirectory();
  Deno.mkdirSync(`${dir.path}/data/sub`, { recursive: true });
  for (const name of ["secret", "fixed", "plain"]) {
    Deno.writeTextFileSync(`${dir.path}/data/${name}`, name);
    Deno.symlinkSync(name, `${dir.path}/data/link-to-${name}`);
  }
  // Out of the directory, and in again by another name.
  Deno.symlinkSync("..//link/sub/..", `${dir.path}/data/long`);
  Deno.symlinkSync("data", `${dir.path}/link`);
  return dir;
}

/** Runs {@linkcode CALLS}, with what is closed named as in `closed`. */
async function outcomes(
  dir: TestDirectory,
  capioDir: string,
  base: string,
  closed: string,
): Promise<string[]> {
  await using step = new Step({
    capioDir: `${dir.path}/${capioDir}`,
    code: CALLS,
    args: [`${dir.path}/${base}`],
    flags: [
      "--allow-read",
      "--allow-write",
      "--allow-sys",
      `--deny-read=${dir.path}/${closed}/secret`,
      `--deny-write=${dir.path}/${closed}/fixed`,
    ],
    openTimeoutSeconds: 0,
  });
  const { code, stdout, stderr }: StepResult = await step.result;
  assertEquals([code, stderr], [0, ""]);
  return stdout.trim().split("\n");
}

for (
  const [capioDir, base, closed] of [
    ["data", "data", "data"],
    ["data", "link", "data"],
    ["link", "link", "data"],
    ["link", "data", "link"],
    ["link", "link", "link"],
    ["data", "link", "link"],
  ]
) {
  Deno.test(`what a flag closes in "${closed}" is closed to "${base}" in a context of "${capioDir}"`, async () => {
    using dir = furnished();
    const told = await outcomes(dir, capioDir, base, closed);
    assert(told.length > 250, `only ${told.length} calls were made`);
    // Only the given path knows the link, and these are given another one.
    const isOneName = capioDir === "data" && closed === "link";
    const isUnknown = (line: string) =>
      isOneName &&
      / (by \.\.|relative|\S*link-to-\S*|\S*\/long\/\S*):|\.capio|of a URL/
        .test(line);
    const open = told.filter((it) => !it.endsWith(": NotCapable"));
    assertEquals(open.filter((it) => !isUnknown(it)), []);
    if (isOneName) return;
    for (const name of ["secret", "fixed", "plain"]) {
      assertEquals(Deno.readTextFileSync(`${dir.path}/data/${name}`), name);
    }
  });
}

Deno.test("a tree of which a flag closes a part is not removed, moved or copied", async () => {
  using dir = new TestDirectory();
  const tree = `${dir.path}/tree`;
  Deno.mkdirSync(`${tree}/deep`, { recursive: true });
  for (const name of ["a", "deep/fixed", "z"]) {
    Deno.writeTextFileSync(`${tree}/${name}`, name);
  }
  // The original of cp sees the real tree alone.
  Deno.mkdirSync(`${dir.path}/other/deep`, { recursive: true });
  Deno.writeTextFileSync(`${dir.path}/other/deep/fixed`, "other");
  await using step = new Step({
    capioDir: dir.path,
    args: [tree],
    flags: [
      `--deny-write=${tree}/deep/fixed`,
      `--deny-read=${dir.path}/new/secret`,
      `--deny-write=${dir.path}/new2/deep/fixed`,
    ],
    code: `
      import fs from "node:fs";
      import fsPromises from "node:fs/promises";
      const [tree] = Deno.args;
      const base = tree.slice(0, -5);
      await Deno.mkdir(tree + "/deep/made");
      const recursive = { recursive: true };
      for (const call of [
        () => Deno.remove(tree, recursive),
        () => Deno.removeSync(tree, recursive),
        () => fs.rmSync(tree, recursive),
        () => fs.rmSync(tree + "/deep", { recursive: true, force: true }),
        () => new Promise((done, fail) => fs.rm(tree, recursive, (e) => e ? fail(e) : done())),
        () => fsPromises.rm(tree, recursive),
        () => Deno.rename(tree, base + "/moved"),
        () => fs.renameSync(tree, base + "/moved"),
        () => fsPromises.rename(tree + "/deep", base + "/moved"),
        () => Deno.rename(base + "/other", base + "/new2"),
        () => fs.cpSync(base + "/other", tree, recursive),
      ]) {
        try {
          await call();
          console.log(call + " is allowed");
        } catch (error) {
          if (error.name !== "NotCapable") console.log(call + ": " + error);
        }
      }`,
  });
  const { stdout, stderr } = await step.result;
  assertEquals([stdout, stderr], ["", ""]);
  const left = dir.list().filter((it) => !it.startsWith("other"));
  assertEquals(left, [
    "tree",
    "tree/a",
    "tree/deep",
    "tree/deep/fixed",
    "tree/deep/made",
    "tree/z",
  ]);
});

Deno.test("a workflow may be given its directory by a link", async () => {
  using dir = furnished();
  await using step = new Step({
    capioDir: `${dir.path}/link`,
    args: [`${dir.path}/link`, `${dir.path}/data`],
    code: `
      const [link, data] = Deno.args;
      await Deno.writeTextFile(link + "/made", "made");
      console.log(await Deno.readTextFile(data + "/made"));`,
  });
  const { stdout, stderr } = await step.result;
  assertEquals([stdout, stderr], ["made\n", ""]);
});

Deno.test("enforceGraph closes removals and copies of trees, and the names that a watch tells", async () => {
  using dir = new TestDirectory();
  const path = (name: string) => `${dir.path}/${name}`;
  Deno.mkdirSync(path("mine/deep"), { recursive: true });
  Deno.writeTextFileSync(path("mine/deep/foreign"), "kept");
  Deno.writeTextFileSync(path("secret"), "secret");
  const rules = [
    { path: "mine/own", producers: ["step"] },
    { path: "moved", producers: ["step"] },
    { path: "moved/*", producers: ["step"] },
  ];
  await withCapio(
    { capioDir: dir.path, appName: "step", rules, enforceGraph: true },
    async () => {
      const { default: fs } = await import("node:fs");
      for (
        const call of [
          () => Deno.remove(path("mine"), { recursive: true }),
          () => fs.promises.rm(path("mine"), { recursive: true }),
          () =>
            fs.promises.cp(path("mine"), path("moved"), { recursive: true }),
          () => fs.cpSync(path("secret"), path("moved")),
          () => fs.openAsBlob(path("secret")),
        ]
      ) {
        const outcome = await Promise.try(call).then(() => "done", String);
        assert(outcome.includes('"step" may not'), outcome);
      }
      // What comes of a watch are the names that the app knows.
      using watcher = Deno.watchFs(dir.path);
      const told = watcher[Symbol.asyncIterator]().next();
      await new Deno.Command("touch", { args: [path("foreign")] }).output();
      await Deno.writeTextFile(path("mine/own"), "own");
      const { value } = await told;
      assertEquals(
        value?.paths.filter((it: string) => it.endsWith("foreign")),
        [],
      );
    },
  );
  assertEquals(dir.list(), [
    "foreign",
    "mine",
    "mine/deep",
    "mine/deep/foreign",
    "mine/own",
    "secret",
  ]);
});

Deno.test("what a program has given up by one name is closed by the other, too", async () => {
  using dir = furnished();
  await using step = new Step({
    capioDir: `${dir.path}/link`,
    args: [dir.path],
    code: `
      const [dir] = Deno.args;
      const outcome = (call) => {
        try {
          call();
          return "allowed";
        } catch (error) {
          return error.name;
        }
      };
      const tell = () => console.log(...["data", "link"].map((base) =>
        outcome(() => Deno.openSync(dir + "/" + base + "/fixed", { append: true }).close())
      ), ...["data", "link"].map((base) =>
        outcome(() => Deno.statSync(dir + "/" + base + "/secret"))
      ));
      tell();
      Deno.permissions.revokeSync({ name: "write", path: dir + "/data" });
      tell();
      Deno.permissions.revokeSync({ name: "read", path: dir + "/data" });
      tell();`,
  });
  // Its end cannot publish what it has written, and says so.
  const { stdout } = await step.result;
  assertEquals(stdout.trim().split("\n"), [
    "allowed allowed allowed allowed",
    "NotCapable NotCapable allowed allowed",
    "NotCapable NotCapable NotCapable NotCapable",
  ]);
});

Deno.test("a workflow needs its directory under both names, and all of it", async () => {
  using dir = furnished();
  const flags = (path: string) => [
    `--allow-read=${dir.path}/${path}`,
    `--allow-write=${dir.path}/${path}`,
  ];
  const code = `
    import { withCapio } from "@sluice/sluice/capio";
    const [capioDir] = Deno.args;
    await withCapio({ capioDir }, () => {}).catch(({ name, message }) =>
      console.log(name + ": " + message));`;
  const script = `${dir.path}/join.ts`;
  Deno.writeTextFileSync(script, code);
  const cases = [
    ["data/sub", `"${dir.path}/link", run again`],
    ["link", `"${dir.path}/data", which "${dir.path}/link" leads to`],
  ];
  for (const [path, what] of cases) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        ...await stdConfigArgs(),
        ...flags(path),
        script,
        `${dir.path}/link`,
      ],
    }).output();
    const told = new TextDecoder().decode(stdout);
    assert(told.startsWith("NotCapable: Requires read access"), told);
    assert(told.includes(what), told);
  }
});

Deno.test("a watch does not tell the names of what a flag closes", async () => {
  using dir = new TestDirectory();
  await using step = new Step({
    capioDir: dir.path,
    args: [dir.path],
    flags: [`--deny-read=${dir.path}/secret`],
    code: `
      const [dir] = Deno.args;
      const watcher = Deno.watchFs(dir);
      const told = new Set();
      const end = (async () => {
        for await (const { paths } of watcher) {
          for (const path of paths) told.add(path.slice(dir.length + 1));
          if (told.has("end")) return;
        }
      })();
      await Deno.writeTextFile(dir + "/secret", "secret");
      await Deno.writeTextFile(dir + "/open", "open");
      await Deno.writeTextFile(dir + "/end", "end");
      await end;
      console.log(JSON.stringify([...told].sort()));`,
  });
  const { stdout } = await step.result;
  assertEquals(stdout, `["end","open"]\n`);
});
