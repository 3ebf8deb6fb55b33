import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CapioError, CapioWorkspace } from "@sluice/sluice/capio";
import { eventually, type Step, type StepOptions } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";
import { ScriptedAgent } from "./scripted_agent.ts";

const NORTH = "7-00000000";

/** Begins a run in which a member of "north" takes part. */
function beginRun(
  workflow: TestWorkflow,
  options?: ConstructorParameters<typeof ScriptedAgent>[1],
): ScriptedAgent {
  const agent = new ScriptedAgent(workflow.path, options);
  agent.north({ event: "join", app: "writer", pid: Deno.pid }, NORTH);
  return agent;
}

async function printed(step: Step): Promise<string> {
  const { code, stdout, stderr } = await step.result;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trim();
}

const onSouth: Partial<StepOptions> = { machine: "south" };

Deno.test("a step waits for its agent, and until its join has come back", async () => {
  await using workflow = new TestWorkflow();
  const code = `Deno.writeTextFileSync(dir + "/made.txt", "made");
    console.log("done");`;
  const step = workflow.start("step", code, onSouth);
  await using agent = beginRun(workflow, { confirms: false });
  const join = await agent.until((it) =>
    it.event === "join" && it.app === "step"
  );
  await agent.until((it) => it.event === "wait" && it.by === join.by);
  assertEquals(agent.state.paths.size, 0);
  agent.confirm();
  assertEquals(await printed(step), "done");
  const events = agent.events.map(({ event }) => event);
  assertEquals(events.indexOf("confirmed") < events.indexOf("open"), true);
  // A member of another machine has no lock here, and is not lost by that.
  assertEquals(agent.state.members.get(NORTH)?.ending, undefined);
  await agent.end();
  assertEquals(agent.entries(), ["made.txt"]);
});

Deno.test("a step that is placed on its machine waits for no server", async () => {
  await using workflow = new TestWorkflow();
  await using agent = beginRun(workflow, { confirms: false });
  const machines = { step: "south", other: "north" };
  agent.north({ event: "rules", steps: ["step", "other"], machines });
  const [step, other] = [
    workflow.start("step", `console.log("done");`),
    workflow.start("other", `console.log("done");`),
  ];
  assertEquals(await printed(step), "done");
  const { code, stderr } = await other.result;
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /Step "other" must run on machine "north", as in the plan of the run, found "south"/,
  );
  await agent.end();
  assertEquals(agent.entries(), []);
});

Deno.test("a step without its agent says so in one line", async () => {
  await using workflow = new TestWorkflow();
  const options = { ...onSouth, openTimeoutSeconds: 0.1 };
  const alone = workflow.start("step", `console.log("done");`, options);
  const { code, stderr, stdout } = await alone.result;
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /Cannot take part in workflow "CAPIO" in ".*" as machine "south": its agent does not run there. Start it: sluice agent --machine south/,
  );
  await using agent = beginRun(workflow);
  const elsewhere = workflow.start("step", "", { ...options, machine: "east" });
  assertMatch(
    (await elsewhere.result).stderr,
    /The machine of "step" must be "south", whose agent runs workflow "CAPIO" in ".*", found "east"/,
  );
  await agent.end();
  assertEquals(agent.entries(), []);
});

/** Reads of a file of "north", each from its beginning to its end. */
const READS: Record<string, string> = {
  "Deno.readTextFile": `await Deno.readTextFile(path)`,
  "Deno.readTextFileSync": `Deno.readTextFileSync(path)`,
  "Deno.open": `await new Response((await Deno.open(path)).readable).text()`,
  "node:fs.readFileSync":
    `(await import("node:fs")).readFileSync(path, "utf8")`,
  "node:fs.createReadStream":
    `await new Response(ReadableStream.from((await import("node:fs")).createReadStream(path))).text()`,
  "Deno.statSync under update": `String(Deno.statSync(path + ".whole").size)`,
};

Deno.test("what reads a file of another machine tells the agent, and follows its replica", async (t) => {
  await using workflow = new TestWorkflow({
    reader: {
      streaming: [
        { name: ["*.txt"], committed: "on_close", mode: "no_update" },
        { name: ["*.whole"], committed: "on_close", mode: "update" },
      ],
    },
  });
  await using agent = beginRun(workflow);
  let handle = 0;
  for (const [title, read] of Object.entries(READS)) {
    await t.step(title, async () => {
      const name = `${handle}.txt`;
      const path = read.includes(".whole") ? `${name}.whole` : name;
      agent.makeForeign(path, handle, NORTH);
      const step = workflow.start(
        "reader",
        `const path = dir + "/${name}"; console.log(${read});`,
        onSouth,
      );
      const isWish = (it: { event: string; path?: string }) =>
        it.event === "await" && it.path === path;
      await agent.until(isWish);
      agent.grow(path, "first ");
      agent.grow(path, "second");
      agent.complete(path, handle++, 12);
      const expected = read.includes("stat") ? "12" : "first second";
      assertEquals(await printed(step), expected);
    });
  }
  await agent.end();
  // What is permanent is published at its home.
  assertEquals(agent.entries(), []);
});

/** Calls that change what has its home on "north", by their names. */
const CHANGES: Record<string, string> = {
  "open": `Deno.open(f, { write: true })`,
  "open to create": `Deno.open(f, { write: true, create: true })`,
  "open to append": `Deno.open(f, { append: true })`,
  "openSync": `Deno.openSync(f, { read: true, write: true })`,
  "createNew": `Deno.open(placed, { write: true, createNew: true })`,
  "create": `Deno.create(placed)`,
  "writeTextFile": `Deno.writeTextFile(f, "x")`,
  "writeTextFileSync": `Deno.writeTextFileSync(placed, "x")`,
  "writeFile of a stream": `Deno.writeTextFile(f, ReadableStream.from(["x"]))`,
  "truncate": `Deno.truncate(f)`,
  "remove": `Deno.remove(f)`,
  "remove of a directory": `Deno.remove(dir + "/d", { recursive: true })`,
  "rename from": `Deno.rename(f, own + "2")`,
  "rename to": `Deno.rename(own, f)`,
  "rename to a name that is placed": `Deno.rename(own, placed)`,
  "rename of a directory": `Deno.rename(dir + "/d", dir + "/e")`,
  "rename to what is below": `Deno.rename(dir + "/mine", dir + "/later")`,
  "rename of a file to the outside": `Deno.rename(f, dir + "/../outside")`,
  "rename of a directory to the outside":
    `Deno.rename(dir + "/d", dir + "/../outside")`,
  "copyFile": `Deno.copyFile(own, f)`,
  "link from": `Deno.link(f, own + "2")`,
  "link to": `Deno.link(own, placed)`,
  "symlink": `Deno.symlink("own", placed)`,
  "chmod": `Deno.chmod(f, 0o600)`,
  "utime": `Deno.utime(f, 1, 1)`,
  "through a link": `Deno.writeTextFile(dir + "/link", "x")`,
  "fs.writeFileSync": `fs.writeFileSync(f, "x")`,
  "fs.promises.writeFile": `fs.promises.writeFile(placed, "x")`,
  "fs.writeFile": `new Promise((done, failed) =>
    fs.writeFile(f, "x", (error) => error ? failed(error) : done()))`,
  "fs.openSync": `fs.openSync(f, "r+")`,
  "fs.promises.open": `fs.promises.open(f, "a")`,
  "fs.createWriteStream": `new Promise((done, failed) =>
    fs.createWriteStream(f).on("error", failed).on("close", done))`,
  "fs.rmSync": `fs.rmSync(dir + "/d", { recursive: true, force: true })`,
  "fs.unlinkSync": `fs.unlinkSync(f)`,
  "fs.promises.rename": `fs.promises.rename(own, placed)`,
  "fs.renameSync": `fs.renameSync(dir + "/d", dir + "/e")`,
  "fs.copyFileSync": `fs.copyFileSync(own, f)`,
  "fs.cpSync": `fs.cpSync(dir + "/mine", dir + "/later", { recursive: true })`,
  "fs.truncateSync": `fs.truncateSync(f)`,
  "fs.chmodSync": `fs.chmodSync(f, 0o600)`,
  "fs.symlinkSync": `fs.symlinkSync("own", placed)`,
  "fs.linkSync": `fs.linkSync(own, placed)`,
};

Deno.test("what has its home on another machine is not written here", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["placed.txt", "later/inner.txt"] },
    step: {},
  });
  await using agent = beginRun(workflow);
  const machines = { writer: "north", step: "south" };
  agent.north({ event: "rules", steps: ["writer", "step"], machines }, NORTH);
  agent.makeForeign("f.txt", 0, NORTH);
  agent.north({ event: "make", path: "d", kind: "directory", made: 1 }, NORTH);
  agent.makeForeign("d/inner.txt", 2, NORTH);
  agent.grow("f.txt", "foreign");
  const step = workflow.start(
    "step",
    `
    const fs = await import("node:fs");
    const [f, own, placed] = ["/f.txt", "/own.txt", "/placed.txt"].map((it) => dir + it);
    Deno.writeTextFileSync(own, "own");
    Deno.symlinkSync("f.txt", dir + "/link");
    Deno.mkdirSync(dir + "/mine");
    Deno.writeTextFileSync(dir + "/mine/inner.txt", "mine");
    // Directories are made on all machines.
    Deno.mkdirSync(dir + "/d", { recursive: true });
    Deno.mkdirSync(dir + "/later", { recursive: true });
    Deno.removeSync(dir + "/later");
    const told = {};
    ${
      Object.entries(CHANGES).map(([title, call]) => `
    try {
      await ${call};
      told[${JSON.stringify(title)}] = "done";
    } catch (error) {
      told[${
        JSON.stringify(title)
      }] = error.code === "NOT_HOME" ? "" : String(error);
    }`).join("\n")
    }
    try { await Deno.writeTextFile(f, "x"); } catch (error) { console.log(error.name, error.message); }
    // As other errors, it comes to the callback, and rejects.
    for (const call of [
      (done) => fs.writeFile(f, "x", done),
      (done) => fs.unlink(f, done),
      (done) => fs.rename(own, placed, done),
      (done) => fs.open(f, "w", done),
      (done) => { Deno.remove(f).catch(done); },
    ]) {
      const { promise, resolve } = Promise.withResolvers();
      call(resolve);
      const { code } = await promise;
      if (code !== "NOT_HOME") told[String(call)] = String(code);
    }
    told.own = Deno.readTextFileSync(own);
    told.mine = Deno.readTextFileSync(dir + "/mine/inner.txt");
    console.log(JSON.stringify(told));
    `,
    // Links need all permissions.
    { ...onSouth, flags: ["--allow-read", "--allow-write"] },
  );
  const [message, told] = (await printed(step)).split("\n");
  assertMatch(
    message,
    /^CapioError Cannot write ".*\/f.txt" on machine "south": its home is "north"\. Change it in a step on that machine, or write another file$/,
  );
  const refused = Object.keys(CHANGES).map((title) => [title, ""]);
  assertEquals(JSON.parse(told), {
    ...Object.fromEntries(refused),
    own: "own",
    mine: "mine",
  });
  // Nothing has happened to what is of "north".
  const { paths } = agent.state;
  for (const path of ["f.txt", "d/inner.txt"]) {
    assertEquals(paths.get(path)?.home?.machine, "north");
  }
  assertEquals(paths.has("placed.txt"), false);
  const replica = Deno.readTextFileSync(agent.folder.spool("f.txt", "disk"));
  assertEquals(replica, "foreign");
  await agent.end();
});

Deno.test("a program is given no output that has its home elsewhere, and input that comes from there", async () => {
  await using workflow = new TestWorkflow();
  await using agent = beginRun(workflow);
  agent.makeForeign("f.txt", 0, NORTH);
  const options = { capioDir: workflow.path, machine: "south" };
  await using workspace = await CapioWorkspace.join({
    ...options,
    appName: "programs",
  });
  const error = await assertRejects(
    () =>
      workspace.runProgram({
        command: ["echo", "x"],
        stdout: `${workflow.path}/f.txt`,
      }),
    CapioError,
  );
  assertEquals(error.code, "NOT_HOME");
  const step = workspace.runStep("copy", {
    command: ["cat"],
    stdin: `${workflow.path}/f.txt`,
    stdout: `${workflow.path}/copy.txt`,
  });
  await agent.until((it) => it.event === "await" && it.path === "f.txt");
  agent.grow("f.txt", "foreign");
  agent.complete("f.txt", 0, 7);
  await step;
  const copy = await workspace.fs.readTextFile(`${workflow.path}/copy.txt`);
  assertEquals(copy, "foreign");
  // Programs without files join and leave as steps of their own, too.
  await workspace.runStep("idle", { command: ["true"] });
  workspace.leave();
  const { members, confirmed } = agent.state;
  const steps = members.values().filter(({ app }) => app !== "writer")
    .filter(({ isAgent }) => !isAgent).toArray();
  assertEquals(
    steps.map(({ id, app, ending }) => [app, ending, confirmed.has(id)]),
    ["programs", "copy", "idle"].map((app) => [app, "left", true]),
  );
  await agent.end();
  assertEquals(agent.entries(), ["copy.txt"]);
});

Deno.test("a run stays when its agent dies, and the next agent goes on in it", async () => {
  await using workflow = new TestWorkflow();
  await using agent = beginRun(workflow);
  agent.makeForeign("f.txt", 0, NORTH);
  agent.grow("f.txt", "first ");
  const step = workflow.start(
    "reader",
    `
    Deno.writeTextFileSync(dir + "/own.txt", "own");
    console.log(await Deno.readTextFile(dir + "/f.txt"));
    `,
    onSouth,
  );
  await agent.until((it) => it.event === "await" && it.path === "f.txt");
  await agent[Symbol.asyncDispose]();
  // The step itself notices that.
  const reason = `the agent of this machine, "south", does not run`;
  await eventually(
    workflow.path,
    (status) => status?.waits.some(({ why }) => why.includes(reason)) === true,
  );
  await using next = new ScriptedAgent(workflow.path, { run: agent.run });
  await next.until((it) => it.event === "await" && it.path === "f.txt");
  next.grow("f.txt", "second");
  next.complete("f.txt", 0, 12);
  assertEquals(await printed(step), "first second");
  // The last step has left, and has not cleared up.
  assertEquals(next.entries(), [".capio", "own.txt"]);
  await next.end();
  assertEquals(next.entries(), ["own.txt"]);
});

/** Calls that make what must not be there before, each a file of this name. */
const CREATIONS: Record<string, string> = {
  open: `(await Deno.open(path, { write: true, createNew: true })).close()`,
  openSync: `Deno.openSync(path, { write: true, createNew: true }).close()`,
  write: `await Deno.writeTextFile(path, "x", { createNew: true })`,
  writeByPath:
    `Deno.writeTextFileSync(path, "x", { createNew: true, mode: 0o600 })`,
  link: `await Deno.link(dir + "/own", path)`,
  nodeWrite: `fs.writeFileSync(path, "x", { flag: "wx" })`,
  nodeOpen: `await (await fs.promises.open(path, "wx")).close()`,
  nodeLink: `fs.linkSync(dir + "/own", path)`,
};

Deno.test("of two machines that make a lock one has it", async () => {
  await using workflow = new TestWorkflow();
  const names = Object.keys(CREATIONS);
  await using agent = beginRun(workflow, { claimed: names });
  const attempt = (name: string) => `
    try {
      ${CREATIONS[name].replaceAll("path", `(dir + "/${name}" + end)`)};
      told.push("made");
    } catch (error) {
      told.push(error.code ?? error.name);
      if (!error.message.includes("${name}")) told.push(error.message);
    }`;
  const step = workflow.start(
    "step",
    `
    const fs = await import("node:fs");
    const told = [];
    Deno.writeTextFileSync(dir + "/own", "own");
    for (const end of ["", "", "2"]) {
      ${names.map(attempt).join("\n")}
    }
    console.log(told.join());
    `,
    { ...onSouth, flags: ["--allow-read", "--allow-write"] },
  );
  for (const [handle, name] of names.entries()) {
    await agent.until((it) =>
      (it.event === "open" || it.event === "make") && it.path === name
    );
    // The step waits to hear of it.
    assertEquals(
      agent.state.claims.values().some(({ claim }) => claim === name),
      true,
    );
    agent.makeForeign(name, handle, NORTH);
  }
  const existing = Array(8).fill("EEXIST");
  assertEquals((await printed(step)).split(","), [
    ...existing,
    ...existing,
    ...Array(8).fill("made"),
  ]);
  await agent.end();
});

Deno.test("a wait for another machine fails once the agent is away for too long", async () => {
  await using workflow = new TestWorkflow();
  await using agent = beginRun(workflow);
  agent.makeForeign("f.txt", 0, NORTH);
  agent.grow("f.txt", "first ");
  const step = workflow.start(
    "reader",
    `
    Deno.writeTextFileSync(dir + "/own.txt", "own");
    const errors = await Promise.allSettled([
      Deno.readTextFile(dir + "/f.txt"),
      Deno.readTextFile(dir + "/own.txt"),
    ]);
    console.log(errors[0].reason.code, errors[0].reason.message, errors[1].value);
    `,
    { ...onSouth, openTimeoutSeconds: 0.5 },
  );
  await agent.until((it) => it.event === "await" && it.path === "f.txt");
  await agent[Symbol.asyncDispose]();
  assertMatch(
    await printed(step),
    /^BACKEND_FAILED Cannot wait for ".*f.txt" any longer: it comes from its home "north", and the agent of this machine, "south", does not run. Start it: sluice agent --machine south own$/,
  );
});
