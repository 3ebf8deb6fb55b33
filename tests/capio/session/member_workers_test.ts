/**
 * Workers of which a program, or a library in it, knows nothing of sluice: they
 * take part in the workflow as the program does.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { streamed } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** Writes half of a file, and the rest when it gets another message. */
const WORK = `
  const file = openSync(path, "w");
  writeSync(file, "half,");
  say("half");
  hear(() => {
    writeSync(file, "whole");
    closeSync(file);
    say("done");
  });`;

/** Scripts of workers, which name nothing of sluice. */
const SCRIPTS: Record<string, string> = {
  "web.ts": `
    import { closeSync, openSync, writeSync } from "node:fs";
    let hear = (then: () => void) => hearing = then;
    let hearing: undefined | (() => void);
    const say = (text: string) => postMessage(text);
    onmessage = ({ data }) => {
      if (hearing) return hearing();
      const path = data;
      ${WORK}
    };`,
  "thread.mjs": `
    import { closeSync, openSync, writeSync } from "node:fs";
    import { parentPort, workerData } from "node:worker_threads";
    import process from "node:process";
    const say = (text) => parentPort.postMessage(text);
    const hear = (then) => parentPort.once("message", then);
    if (!process.argv[1].endsWith("thread.mjs")) throw new Error(process.argv[1]);
    parentPort.once("message", (path) => { ${WORK} });`,
  "thread.cjs": `
    const { closeSync, openSync, writeSync } = require("fs");
    const { parentPort, workerData } = require("worker_threads");
    const say = (text) => parentPort.postMessage(text);
    const hear = (then) => parentPort.once("message", then);
    parentPort.once("message", (path) => { ${WORK} });`,
  "outer.ts": `
    const inner = new Worker("./web.ts", { type: "module" });
    if (!location.href.endsWith("/outer.ts")) throw new Error(location.href);
    if (self.name !== "outer") throw new Error(self.name);
    inner.onmessage = ({ data }) => postMessage(data);
    onmessage = ({ data }) => inner.postMessage(data);`,
};

/** Starts each kind of worker; each writes the file that it is told. */
const PROGRAM = `
  const { Worker: Thread } = await import("node:worker_threads");
  const [scripts] = args;
  const code = (name) => Deno.readTextFileSync(scripts + "/" + name);
  const url = (name) => new URL("file://" + scripts + "/" + name);
  const js = code("web.ts").replaceAll(/: (string|undefined.*|\\(\\) => void)(?=[;)])/g, "");
  const blob = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const module = { type: "module" };
  const workers = {
    web: new Worker(url("web.ts"), module),
    outer: new Worker(url("outer.ts").href, { ...module, name: "outer" }),
    data: new Worker("data:text/javascript," + encodeURIComponent(js), module),
    blob: new Worker(blob, module),
    thread: new Thread(url("thread.mjs")),
    common: new Thread(scripts + "/thread.cjs", { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 64 } }),
    code: new Thread(code("thread.cjs"), { eval: true }),
  };
  URL.revokeObjectURL(blob);
  const said = (worker) => new Promise((resolve, reject) => {
    worker.onerror = reject;
    if (worker instanceof Thread) worker.once("message", resolve).once("error", reject);
    else if (worker instanceof Worker) worker.onmessage = ({ data }) => resolve(data);
  });
  const all = Object.entries(workers);
  await Promise.all(all.map(([name, worker]) => {
    const half = said(worker);
    worker.postMessage(dir + "/" + name);
    return half;
  }));
  // The reader has read the first halves.
  await Deno.readTextFile(dir + "/read");
  await Promise.all(all.map(([, worker]) => {
    const done = said(worker);
    worker.postMessage("go on");
    return done;
  }));
  for (const [, worker] of all) worker.terminate();`;

const NAMES = ["web", "outer", "data", "blob", "thread", "common", "code"];

/** A workflow of a "writer" and a "reader", with scripts in a folder. */
class WorkerFlow extends TestWorkflow {
  readonly scripts: string = Deno.makeTempDirSync();

  constructor(committed: string) {
    const rule = { name: ["*"], committed, mode: "no_update" };
    super({
      writer: { writes: NAMES, reads: ["read"], streaming: [rule] },
      reader: { reads: NAMES, ...streamed("read") },
    });
    for (const [name, code] of Object.entries(SCRIPTS)) {
      Deno.writeTextFileSync(join(this.scripts, name), code);
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await Deno.remove(this.scripts, { recursive: true });
  }
}

for (const committed of ["on_close", "on_termination"]) {
  Deno.test(`workers that know nothing of sluice stream what they write, ${committed}`, async () => {
    await using flow = new WorkerFlow(committed);
    const options = { flags: ["-A"], args: [flow.scripts] };
    const read = flow.run(
      "reader",
      `const files = await Promise.all(${
        JSON.stringify(NAMES)
      }.map(async (name) => {
        const reader = (await Deno.open(dir + "/" + name)).readable.getReader();
        return { reader, text: new TextDecoder().decode((await reader.read()).value) };
      }));
      await Deno.writeTextFile(dir + "/read", "");
      for (const file of files) {
        for (let it; !(it = await file.reader.read()).done;) {
          file.text += "|" + new TextDecoder().decode(it.value);
        }
      }
      console.log(files.map(({ text }) => text).join());`,
    );
    assertEquals(await flow.run("writer", PROGRAM, options), "");
    assertEquals(await read, NAMES.map(() => "half,|whole").join());
    assertEquals(flow.list(), [...NAMES, "read"].sort());
  });
}

Deno.test("a thread that is idle when its program ends has finished what it wrote", async () => {
  await using flow = new TestWorkflow();
  const output = await flow.run(
    "writer",
    `const { Worker } = await import("node:worker_threads");
    const thread = new Worker(
      \`const { parentPort, workerData } = require("node:worker_threads");
      require("node:fs").writeFileSync(workerData, "whole");
      parentPort.on("message", () => {});
      parentPort.postMessage("done");\`,
      { eval: true, workerData: dir + "/thread" },
    );
    thread.unref();
    await new Promise((resolve) => thread.once("message", resolve));
    console.log("end");`,
    { flags: ["-A"] },
  );
  assertEquals(output, "end");
  assertEquals(flow.list(), ["thread"]);
  assertEquals(Deno.readTextFileSync(`${flow.path}/thread`), "whole");
});

Deno.test("a worker that imports the preload itself joins once", async () => {
  await using flow = new TestWorkflow();
  const preload = import.meta.resolve("../../../src/capio/session/preload.ts");
  const output = await flow.run(
    "writer",
    `const code = \`import \${JSON.stringify(args[0])}; postMessage("here"); \`;
    const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    const journal = Deno.openSync(dir + "/.capio/CAPIO/journal");
    worker.terminate();
    console.log((await new Response(journal.readable).text()).match(/"event":"join"/g).length);`,
    { flags: ["-A"], args: [preload] },
  );
  assertEquals(output, "2");
});

Deno.test("a worker that cannot join starts all the same, and that is told", async () => {
  await using flow = streamedFlow();
  const started = `
    worker.onerror = (event) => { event.preventDefault(); console.log(event.message); };
    await new Promise((resolve) => worker.onmessage = resolve);
    worker.terminate();
    console.log("started");`;
  const limited = await flow.start(
    "writer",
    `const worker = new Worker("data:text/javascript,postMessage(1)", {
      type: "module",
      deno: { permissions: "none" },
    });
    ${started}`,
    { flags: ["-A", "--unstable-worker-options"] },
  ).result;
  assertEquals(limited.stdout, "started\n");
  assertStringIncludes(
    limited.stderr,
    "sluice: A worker takes no part in the workflow and sees only finished files: Requires env access to",
  );
  // Its program may not read the files of sluice.
  const unread = await flow.start(
    "writer",
    `const worker = new Worker("data:text/javascript,postMessage(1)", { type: "module" });
    ${started}`,
  ).result;
  assertEquals(unread.stdout, "started\n");
  assertStringIncludes(
    unread.stderr,
    "sluice: The workers of this program take no part in the workflow",
  );
});

Deno.test("a worker without a script fails as outside", async () => {
  await using flow = streamedFlow();
  const output = await flow.run(
    "writer",
    `const worker = new Worker("file:///nowhere.ts", { type: "module" });
    const { message } = await new Promise((resolve) => worker.onerror = (event) => {
      event.preventDefault();
      resolve(event);
    });
    console.log(message.trim());
    const { Worker: Thread } = await import("node:worker_threads");
    try { new Thread("nowhere.js"); } catch (error) { console.log(error.code); }
    console.log(Worker.name, Worker.length, Thread.length, globalThis.location);`,
    { flags: ["-A"] },
  ).catch((error) => error.message);
  assertStringIncludes(output, `Module not found "file:///nowhere.ts".`);
  assertStringIncludes(output, "ERR_WORKER_PATH");
  assertStringIncludes(output, "Worker 1 2 undefined");
});

function streamedFlow(): TestWorkflow {
  return new TestWorkflow({ writer: streamed("out") });
}
