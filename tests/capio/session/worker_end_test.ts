import { assertEquals } from "@std/assert";
import { endedBothSides } from "./ended.ts";

/** The listeners of a worker, each of which writes a file. */
const LISTENERS = `
  import fs from "node:fs";
  import nodeProcess, { exit } from "node:process";
  import { parentPort, workerData } from "node:worker_threads";
  const work = (name) => {
    Deno.writeTextFileSync(dir + "/deno-" + name, name);
    fs.writeFileSync(dir + "/node-" + name, name);
    fs.appendFileSync(dir + "/log", name + ";");
    fs.writeSync(open, name);
    fs.unlinkSync(dir + "/lock-" + name);
  };
  let dir, open;
  const begin = (path) => {
    dir = path;
    open = fs.openSync(dir + "/open", "w");
    const names = ["body", "unload", "onunload", "exit", "emitted", "last", "never"];
    for (const name of names) fs.writeFileSync(dir + "/lock-" + name, "");
    addEventListener("unload", () => work("unload"));
    globalThis.onunload = () => work("onunload");
    nodeProcess.on("exit", () => work("exit"));
    const { emit } = nodeProcess;
    nodeProcess.emit = function (event, ...args) {
      const result = emit.call(this, event, ...args);
      if (event === "exit") work("emitted");
      return result;
    };
    work("body");
    end();
  };
`;

/** Ways in which a worker ends. */
const ENDS = {
  "calls Deno.exit": "Deno.exit();",
  "calls Deno.exit with a code": "Deno.exit(0);",
  "calls Deno.exit in a timer": "setTimeout(() => Deno.exit(), 5);",
  "calls process.exit": "process.exit();",
  "calls exit of node:process": "exit(0);",
  "calls exit in a promise": "Promise.resolve().then(() => exit());",
  "closes itself": "close();",
  "calls process.exit in an unload listener": `
    addEventListener("unload", () => { work("last"); process.exit(); });
    addEventListener("unload", () => work("never"));
    Deno.exit();`,
  "calls Deno.exit in an unload listener": `
    addEventListener("unload", () => { work("last"); Deno.exit(); });
    addEventListener("unload", () => work("never"));
    Deno.exit();`,
  "calls Deno.exit in an exit listener": `
    nodeProcess.on("exit", () => { work("last"); Deno.exit(); });
    nodeProcess.on("exit", () => work("never"));
    process.exit();`,
  "calls process.exit in an exit listener": `
    nodeProcess.on("exit", () => { work("last"); process.exit(); });
    nodeProcess.on("exit", () => work("never"));
    process.exit();`,
  "stops the unload event": `
    addEventListener("unload", (event) => event.stopImmediatePropagation());
    addEventListener("unload", () => work("never"));
    Deno.exit();`,
};

const WEB_PROGRAM = `
  const worker = new Worker("file://" + Deno.args[1], { type: "module" });
  worker.postMessage(Deno.args[0]);`;

for (
  const [how, end] of Object.entries({
    ...ENDS,
    "calls Deno.exit with a code that nobody sees": "Deno.exit(3);",
  })
) {
  Deno.test(`a worker that ${how} leaves what it leaves outside`, async () => {
    const [outside, inside] = await endedBothSides(WEB_PROGRAM, {
      worker: `${LISTENERS}
      const end = () => { ${end} };
      onmessage = ({ data }) => begin(data);`,
    });
    assertEquals(inside, outside);
    assertEquals(outside.code, 0);
  });
}

const THREAD_PROGRAM = `
  import { Worker } from "node:worker_threads";
  const [workerData, script] = Deno.args;
  const thread = new Worker(new URL("file://" + script), { workerData });
  thread.on("exit", (code) => console.log("exit", code));
  thread.on("error", (error) => console.log("error", error.message));`;

for (
  const [how, end] of Object.entries({
    ...ENDS,
    "ends by itself": "",
    "ends by itself after a while": "setTimeout(() => {}, 20);",
    "calls process.exit in the last listener": `
      nodeProcess.on("exit", () => { work("last"); process.exit(); });
      nodeProcess.on("exit", () => work("never"));`,
    "calls Deno.exit in the last listener": `
      nodeProcess.on("exit", () => { work("last"); Deno.exit(); });
      nodeProcess.on("exit", () => work("never"));`,
  })
) {
  Deno.test(`a thread that ${how} leaves what it leaves outside`, async () => {
    const [outside, inside] = await endedBothSides(THREAD_PROGRAM, {
      worker: `${LISTENERS}
      const end = () => { ${end} };
      begin(workerData);`,
    });
    assertEquals(inside, outside);
    assertEquals(outside.code, 0);
  });
}

for (
  const [how, end] of Object.entries({
    "calls Deno.exit with a code": "Deno.exit(3);",
    "calls process.exit with a code": "process.exit(3);",
    "sets an exit code": "nodeProcess.exitCode = 3;",
    "sets an exit code in a listener":
      `nodeProcess.on("exit", () => nodeProcess.exitCode = 3);`,
    "throws in an exit listener":
      `nodeProcess.on("exit", () => { throw new Error("on purpose"); });`,
    "throws": `throw new Error("on purpose");`,
  })
) {
  Deno.test(`a thread that ${how} ends as outside, and its files are lost`, async () => {
    const [outside, inside] = await endedBothSides(THREAD_PROGRAM, {
      worker: `${LISTENERS}
      const end = () => { ${end} };
      begin(workerData);`,
    });
    const { tree, ...ending } = inside;
    const { tree: _, ...endingOutside } = outside;
    assertEquals(ending, endingOutside);
    assertEquals(tree, {});
  });
}

Deno.test("a worker that throws in a listener loses its files", async () => {
  const [outside, inside] = await endedBothSides(
    `${WEB_PROGRAM}
    worker.onerror = (event) => event.preventDefault();`,
    {
      worker: `${LISTENERS}
    addEventListener("unload", () => { throw new Error("on purpose"); });
    const end = () => Deno.exit();
    onmessage = ({ data }) => begin(data);`,
    },
  );
  const { tree, ...ending } = inside;
  const { tree: _, ...endingOutside } = outside;
  assertEquals(ending, endingOutside);
  assertEquals(tree, {});
});
