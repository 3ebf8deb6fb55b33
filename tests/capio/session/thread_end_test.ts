import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Ended, endedBothSides } from "./ended.ts";

/**
 * What the code of a program has at hand. `work(name)` writes and removes files
 * in every synchronous way there is, and prints the name.
 */
const PRELUDE = `
  import fs from "node:fs";
  import { createRequire } from "node:module";
  import nodeProcess, { exit } from "node:process";
  const dir = Deno.args[0];
  const bytes = (text) => new TextEncoder().encode(text);
  const locks = [];
  const descriptors = [];
  const files = [];
  for (let i = 0; i < 20; i++) {
    Deno.writeTextFileSync(dir + "/lock" + i, "held");
    fs.mkdirSync(dir + "/lock-directory" + i);
    locks.push(i);
  }
  for (let i = 0; i < 3; i++) {
    descriptors.push(fs.openSync(dir + "/descriptor" + i, "a"));
    files.push(Deno.openSync(dir + "/file" + i, { append: true, create: true }));
  }
  const log = fs.createWriteStream(dir + "/log");
  await new Promise((resolve) => log.once("open", resolve));
  let works = 0;
  function work(name) {
    const path = dir + "/" + name;
    Deno.writeTextFileSync(path + ".deno-text", name);
    Deno.writeFileSync(path + ".deno-bytes", bytes(name));
    Deno.writeTextFileSync(dir + "/deno-appended", name, { append: true });
    fs.writeFileSync(path + ".node", name);
    fs.appendFileSync(dir + "/node-appended", name);
    fs.writeSync(fs.openSync(path + ".left-open", "w"), name);
    fs.writeSync(descriptors[0], name);
    files[0].writeSync(bytes(name));
    fs.writeSync(log.fd, name);
    fs.writeFileSync(path + ".temporary", name);
    fs.renameSync(path + ".temporary", dir + "/atomic");
    using closed = Deno.createSync(path + ".closed");
    closed.writeSync(bytes(name));
    fs.copyFileSync(path + ".node", path + ".copy");
    Deno.mkdirSync(path + ".directory/inner", { recursive: true });
    Deno.writeTextFileSync(path + ".directory/inner/file", name);
    const lock = locks.pop();
    fs.unlinkSync(dir + "/lock" + lock);
    fs.rmSync(dir + "/lock-directory" + lock, { recursive: true });
    const text = Deno.readTextFileSync(dir + "/deno-appended");
    console.log(name, ++works, text.length, fs.existsSync(path + ".node"));
  }
`;

/** Where a program does its work, by the names that it gives to it. */
const EVERYWHERE = `
  addEventListener("unload", () => work("unload"));
  addEventListener("unload", () => work("unload-once"), { once: true });
  addEventListener("unload", { handleEvent: () => work("unload-object") }, true);
  globalThis.onunload = () => work("onunload");
  nodeProcess.on("exit", (code) => work("exit-" + code));
  globalThis.process.once("exit", () => work("exit-once"));
  createRequire(import.meta.url)("node:process").prependListener(
    "exit",
    () => work("exit-prepended"),
  );
  nodeProcess.on("beforeExit", () => work("before-exit"));
  addEventListener("beforeunload", () => work("before-unload"));
  addEventListener("unload", () => {
    addEventListener("unload", () => work("unload-in-unload"));
    nodeProcess.on("exit", () => work("exit-in-unload"));
  });
  nodeProcess.on("exit", () => {
    addEventListener("unload", () => work("unload-in-exit"));
    nodeProcess.on("exit", () => work("exit-in-exit"));
  });
  // As libraries do that want to be last.
  const { emit, reallyExit } = nodeProcess;
  nodeProcess.emit = function (event, ...args) {
    const result = emit.call(this, event, ...args);
    if (event === "exit") work("emitted");
    return result;
  };
  nodeProcess.reallyExit = (code) => {
    work("really-exit");
    return reallyExit.call(nodeProcess, code);
  };
`;

/** Ways in which a program ends well. */
const ENDS = {
  "comes to its natural end": "",
  "ends in a later turn": `setTimeout(() => work("turn"), 20);`,
  "calls Deno.exit": "Deno.exit();",
  "calls Deno.exit(0) in a timer": "setTimeout(() => Deno.exit(0), 10);",
  "calls process.exit": "nodeProcess.exit();",
  "calls process.exit(0)": "process.exit(0);",
  "calls exit of node:process in a promise": `
    Promise.resolve().then(() => exit(0));
    await new Promise(() => {});`,
  "calls process.reallyExit": "nodeProcess.reallyExit(0);",
  "calls Deno.exit as an imported process": `
    const { exit: leave } = Deno;
    setTimeout(leave);`,
  "closes itself": "close(); setTimeout(() => work('never'), 1000);",
  "calls Deno.exit in an unload listener": `
    addEventListener("unload", () => {
      work("last");
      Deno.exit();
    });
    addEventListener("unload", () => work("never"));`,
  "calls process.exit in an unload listener": `
    addEventListener("unload", () => {
      work("last");
      nodeProcess.exit();
    });
    addEventListener("unload", () => work("never"));`,
  "calls process.exit in an unload listener of Deno.exit": `
    addEventListener("unload", () => exit());
    Deno.exit();`,
  "calls Deno.exit in an exit listener": `
    nodeProcess.on("exit", () => {
      work("last");
      Deno.exit();
    });
    nodeProcess.on("exit", () => work("never"));`,
  "calls process.exit in an exit listener": `
    nodeProcess.on("exit", () => {
      work("last");
      nodeProcess.exit();
    });
    nodeProcess.on("exit", () => work("never"));`,
  "calls process.exit in an exit listener of process.exit": `
    nodeProcess.on("exit", () => nodeProcess.exit());
    nodeProcess.exit();`,
  "calls Deno.exit in beforeExit": `
    nodeProcess.on("beforeExit", () => Deno.exit());`,
  "goes on in beforeExit": `
    nodeProcess.once("beforeExit", () => setTimeout(() => work("more"), 5));`,
  "stops the unload event": `
    addEventListener("unload", (event) => event.stopImmediatePropagation());
    addEventListener("unload", () => work("never"));`,
  "stops the unload event of Deno.exit": `
    addEventListener("unload", (event) => event.stopImmediatePropagation());
    addEventListener("unload", () => work("never"));
    Deno.exit();`,
  "catches what a listener throws in process.exit": `
    nodeProcess.once("exit", () => { throw new Error("refused"); });
    try {
      nodeProcess.exit();
    } catch (error) {
      work(error.message);
    }`,
  "sets an exit code and takes it back in an unload listener": `
    addEventListener("unload", () => Deno.exitCode = 0);
    Deno.exit(3);`,
  "sets an exit code and takes it back in an exit listener": `
    nodeProcess.on("exit", () => nodeProcess.exitCode = 0);
    nodeProcess.exit(3);`,
  "handles the error of a listener": `
    addEventListener("error", (event) => event.preventDefault());
    addEventListener("unload", () => { throw new Error("refused"); });`,
  "ends after an uncaught exception that it handles": `
    nodeProcess.on("uncaughtException", (error) => work(error.message));
    setTimeout(() => { throw new Error("handled"); });`,
  "ends at a signal that it handles": `
    Deno.addSignalListener("SIGUSR1", () => Deno.exit());
    setTimeout(() => Deno.kill(Deno.pid, "SIGUSR1"), 5);
    await new Promise(() => {});`,
  "emits the exit event itself": `nodeProcess.emit("exit", 0);`,
  "says itself that it exits": `
    nodeProcess._exiting = true;
    nodeProcess.emit("exit", 0);`,
  "dispatches the unload event itself": `
    dispatchEvent(new Event("unload"));
    addEventListener("unload", () => work("second"));`,
  "dispatches the unload event itself and calls Deno.exit": `
    dispatchEvent(new Event("unload"));
    addEventListener("unload", () => work("never"));
    Deno.exit();`,
  "dispatches the unload event itself and calls process.exit": `
    dispatchEvent(new Event("unload"));
    nodeProcess.exit();`,
  "closes itself and adds listeners": `
    close();
    await null;
    addEventListener("unload", () => work("late"));`,
  "closes itself and calls process.exit": "close(); exit(0);",
  "has another Deno.exit, and goes on": `
    Deno.exit = () => work("not-exited");
    exit(0);
    setTimeout(() => work("later"), 5);`,
  "has another process.reallyExit, and goes on": `
    nodeProcess.reallyExit = () => work("not-exited");
    exit(0);
    await Deno.writeTextFile(dir + "/later", "later");`,
  "has a Deno.exit that throws, and goes on": `
    Deno.exit = () => { throw new Error("not exited"); };
    try {
      exit(0);
    } catch (error) {
      work(error.message);
    }`,
  "has no process any more": "delete globalThis.process;",
  "has other events": `
    globalThis.Event = class {};
    globalThis.dispatchEvent = () => work("never");
    Deno.exit();`,
  "freezes Error": "Object.freeze(Error);",
  "freezes Error and calls process.exit": "Object.freeze(Error); exit(0);",
  "removes all listeners": "nodeProcess.removeAllListeners();",
  "sets Error.prepareStackTrace and a limit": `
    Error.stackTraceLimit = 0;
    Error.prepareStackTrace = (_error, sites) => sites;`,
};

for (const [how, end] of Object.entries(ENDS)) {
  Deno.test(`a program that ${how} leaves what it leaves outside`, async () => {
    const [outside, inside] = await bothSides(EVERYWHERE + end);
    assertEquals(inside, outside);
    assertEquals(outside.code, 0);
  });
}

/** Ways in which a program fails. */
const FAILURES = {
  "calls Deno.exit with a code": "Deno.exit(3);",
  "calls process.exit with a code": "exit(4);",
  "sets Deno.exitCode": "Deno.exitCode = 5;",
  "sets process.exitCode": "nodeProcess.exitCode = 6;",
  "sets an exit code in an unload listener":
    `addEventListener("unload", () => Deno.exitCode = 7);`,
  "sets an exit code in an exit listener":
    `nodeProcess.on("exit", () => nodeProcess.exitCode = 8); exit(0);`,
  "sets an exit code in the last exit listener":
    `nodeProcess.on("exit", () => nodeProcess.exitCode = 8);`,
  "changes the exit code in a listener of Deno.exit":
    `addEventListener("unload", () => Deno.exitCode = 9); Deno.exit(3);`,
  "throws in an unload listener":
    `addEventListener("unload", () => { throw new Error("on purpose"); });`,
  "throws in an unload listener of Deno.exit": `
    addEventListener("unload", () => { throw new Error("on purpose"); });
    Deno.exit(0);`,
  "throws in an exit listener":
    `nodeProcess.on("exit", () => { throw new Error("on purpose"); });`,
  "throws in an exit listener of process.exit": `
    nodeProcess.on("exit", () => { throw new Error("on purpose"); });
    exit(0);`,
  "throws in beforeExit":
    `nodeProcess.on("beforeExit", () => { throw new Error("on purpose"); });`,
  "throws": `throw new Error("on purpose");`,
  "does not handle a rejection": `Promise.reject(new Error("on purpose"));`,
  "waits for nothing": "await new Promise(() => {});",
  "is killed by a signal": `
    Deno.kill(Deno.pid, "SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 10_000));`,
};

for (const [how, end] of Object.entries(FAILURES)) {
  Deno.test(`a program that ${how} ends as outside, and its files are lost`, async () => {
    const [outside, inside] = await bothSides(EVERYWHERE + end);
    const { tree, ...ending } = inside;
    const { tree: _, ...endingOutside } = outside;
    assertEquals(ending, endingOutside);
    assertNotEquals(ending.code, 0);
    assertEquals(tree, {});
  });
}

/** Asynchronous calls that nothing awaits, in a listener. */
const UNAWAITED = `
  const make = (name, text = "old") => {
    Deno.writeTextFileSync(dir + "/" + name, text);
    return dir + "/" + name;
  };
  const nothing = () => {};
  function begin() {
    // Deno makes one call to the system for each of these.
    Deno.writeTextFile(dir + "/write-text", "text");
    Deno.writeFile(dir + "/write-bytes", bytes("bytes"));
    Deno.writeTextFile(make("overwritten"), "new");
    Deno.writeTextFile(make("appended"), "new", { append: true });
    Deno.mkdir(dir + "/made/inner", { recursive: true });
    Deno.remove(make("removed"));
    Deno.rename(make("renamed-from"), dir + "/renamed");
    Deno.copyFile(make("source"), dir + "/copied");
    Deno.writeTextFile(dir + "/streamed", ReadableStream.from(["never"]));
    Deno.truncate(make("truncated"), 1);
    Deno.symlink("source", dir + "/link");
    Deno.create(dir + "/created");
    Deno.open(dir + "/opened", { create: true, write: true }).then((file) =>
      file.writeSync(bytes("never"))
    );
    // And Node more than one for some of these.
    fs.writeFile(dir + "/node-write", "text", nothing);
    fs.writeFile(make("node-overwritten"), "new", nothing);
    fs.appendFile(make("node-appended"), "new", nothing);
    fs.promises.writeFile(dir + "/node-promised", "text");
    fs.truncate(make("node-truncated"), 1, nothing);
    fs.unlink(make("node-unlinked"), nothing);
    fs.rm(make("node-removed"), nothing);
    fs.rename(make("node-renamed-from"), dir + "/node-renamed", nothing);
    fs.mkdir(dir + "/node-made", nothing);
    fs.copyFile(make("node-source"), dir + "/node-copied", nothing);
    fs.open(dir + "/node-opened", "w", (_, fd) => fs.writeSync(fd, "never"));
    fs.createWriteStream(dir + "/node-streamed").end("never");
    // These never go on.
    Promise.resolve().then(() => make("promise"));
    nodeProcess.nextTick(() => make("tick"));
    setTimeout(() => make("timer"));
    Deno.stat(dir).then(() => make("then"));
    Deno.readTextFile(dir + "/that nobody makes").then(() => make("read"));
    (async () => {
      for await (const { name } of Deno.readDir(dir)) make("listed-" + name);
    })();
  }
`;

for (const event of ["unload", "exit"]) {
  Deno.test(`what a listener of ${event} begins and cannot await is as outside`, async () => {
    const listen = event === "exit" ? "nodeProcess.on" : "addEventListener";
    const [outside, inside] = await bothSides(
      `${UNAWAITED} ${listen}("${event}", begin);`,
    );
    assertEquals(inside, outside);
    assertEquals(outside.code, 0);
    assertEquals(inside.tree["write-text"], "text");
    assertEquals(inside.tree["timer"], undefined);
  });
}

Deno.test("what a program begins and does not await is there when it exits", async () => {
  // How much of it is written by then is chance; outside all of it is.
  const [, { code, tree }] = await bothSides(`
    Deno.writeTextFile(dir + "/text", "text");
    Deno.writeTextFile(dir + "/lines", "line", { append: true });
    Deno.create(dir + "/created");
    Deno.open(dir + "/opened", { create: true, write: true });
    fs.writeFile(dir + "/node-text", "text", () => {});
    fs.promises.writeFile(dir + "/node-promised", "text");
    fs.open(dir + "/node-opened", "w", () => {});
    Deno.exit();`);
  assertEquals(code, 0);
  const names = ["text", "lines", "created", "opened"].concat(
    ["text", "promised", "opened"].map((name) => `node-${name}`),
  );
  for (const name of names) assert(name in tree, name);
});

Deno.test("a program that catches what stops its end goes on as before", async () => {
  const [outside, inside] = await bothSides(`
    nodeProcess.once("exit", () => { throw new Error("refused"); });
    try {
      nodeProcess.exit();
    } catch {
      // The end is given up.
    }
    const write = Deno.writeTextFile(dir + "/at-once", "written");
    await Promise.all([write, fs.promises.writeFile(dir + "/too", "written")]);
    const file = await fs.promises.open(dir + "/at-once");
    console.log(await file.readFile("utf8"));
    await file.close();
    await Deno.writeTextFile(dir + "/later", "written");
    addEventListener("unload", () => work("unload"));`);
  assertEquals(inside, outside);
  assertEquals(outside.code, 0);
});

Deno.test("a program sees nothing of what ends its context", async () => {
  const [outside, inside] = await bothSides(`
    const own = (object, name) => {
      const descriptor = Object.getOwnPropertyDescriptor(object, name);
      return descriptor && [
        descriptor.enumerable,
        descriptor.configurable,
        descriptor.writable,
        descriptor.value?.name,
        descriptor.value?.length,
      ];
    };
    const look = () => console.log(JSON.stringify([
      nodeProcess.listenerCount("exit"),
      nodeProcess.listeners("exit"),
      nodeProcess.eventNames().map(String),
      own(nodeProcess, "emit"),
      own(nodeProcess, "exit"),
      own(nodeProcess, "reallyExit"),
      own(Deno, "exit"),
      own(globalThis, "close"),
      globalThis.onunload,
      nodeProcess._exiting,
      Object.keys(nodeProcess).includes("_exiting"),
      Deno.exitCode,
    ]));
    look();
    addEventListener("unload", look);
    nodeProcess.once("exit", look);`);
  assertEquals(inside, outside);
});

for (const code of ["NaN", "1.5", "-1", "256", "300", `"3"`, "null"]) {
  Deno.test(`Deno.exit(${code}) ends with the code that it ends with outside`, async () => {
    const [outside, inside] = await bothSides(`
      Deno.exitCode = 9;
      Deno.exit(${code});`);
    assertEquals(inside.code, outside.code);
  });
}

function bothSides(code: string): Promise<[outside: Ended, inside: Ended]> {
  return endedBothSides(PRELUDE + code);
}
