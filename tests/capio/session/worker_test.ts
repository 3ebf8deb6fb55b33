import { assertEquals, assertStringIncludes } from "@std/assert";
import { Step, streamed, TestDirectory } from "../step.ts";

const PRELOAD = import.meta.resolve("../../../src/capio/session/preload.ts");

const READ = `
  import { readFileSync, writeFileSync } from "node:fs";
  try {
    console.log(readFileSync(Deno.args[0] + "/out.txt", "utf8"));
  } catch (error) {
    console.log(error.code);
  }
  writeFileSync(Deno.args[0] + "/told", "");`;

/** Starts the worker and tells it what to write. */
const START = `
  const worker = new Worker("file://" + Deno.args[1], { type: "module" });
  worker.postMessage(Deno.args[0] + "/out.txt");
  const said = () => new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });`;

/** Runs a program with a worker as "writer", and `READ` as "reader". */
async function outcome(
  dir: TestDirectory,
  program: string,
  worker: string,
): Promise<[writer: string, reader: string]> {
  const cl = dir.writeCl({
    writer: { ...streamed("out.txt"), reads: ["told"] },
    reader: { reads: ["out.txt"], writes: ["told"] },
  });
  const script = Deno.makeTempFileSync({ suffix: ".ts" });
  await Deno.writeTextFile(script, `import "${PRELOAD}";\n${worker}`);
  try {
    const step = { capioDir: dir.path, cl, flags: ["-A"] };
    const args = [dir.path, script];
    await using reader = new Step({ ...step, args, app: "reader", code: READ });
    await using writer = new Step({
      ...step,
      args,
      app: "writer",
      code: program,
    });
    const { stderr } = await writer.result;
    return [stderr, (await reader.result).stdout];
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("a worker whose first line is the preload writes with Deno and named imports of node:fs", async () => {
  using dir = new TestDirectory();
  const seen = await outcome(
    dir,
    `${START} await said();`,
    `
    import { appendFileSync, createWriteStream } from "node:fs";
    onmessage = ({ data: path }) => {
      createWriteStream(path).end("of a worker", () => {
        postMessage("done");
        self.close();
      });
    };`,
  );
  assertEquals(seen, ["", "of a worker\n"]);
  assertEquals(dir.list(), ["out.txt", "told"]);
});

const HALF = `
  import { openSync, writeSync } from "node:fs";
  onmessage = ({ data: path }) => {
    writeSync(openSync(path, "w"), "half");
    postMessage("half-way");
  };`;

Deno.test("the file of a terminated worker is lost while its program goes on", async () => {
  using dir = new TestDirectory();
  const [stderr, read] = await outcome(
    dir,
    `${START}
    await said();
    worker.terminate();
    // It is there when the reader has been told, and has ended.
    await Deno.readTextFile(Deno.args[0] + "/told");`,
    HALF,
  );
  assertEquals(stderr, "");
  assertEquals(read, "WRITER_LOST\n");
  assertEquals(dir.list(), ["told"]);
});

Deno.test("a program that terminates its worker and ends does not finish what that wrote", async () => {
  using dir = new TestDirectory();
  const seen = await outcome(
    dir,
    `${START} await said(); worker.terminate();`,
    HALF,
  );
  assertEquals(seen, ["", "WRITER_LOST\n"]);
  assertEquals(dir.list(), ["told"]);
});

Deno.test("an error that nobody handles in a worker loses its file", async () => {
  using dir = new TestDirectory();
  const [stderr, read] = await outcome(
    dir,
    `${START}
    worker.onerror = (event) => event.preventDefault();
    await said();`,
    `${HALF}
    setTimeout(() => {
      throw new Error("on purpose");
    }, 200);`,
  );
  assertStringIncludes(stderr, "on purpose");
  assertEquals(read, "WRITER_LOST\n");
  assertEquals(dir.list(), ["told"]);
});

Deno.test("a worker that does not even end when terminated loses its file, too", async () => {
  using dir = new TestDirectory();
  const seen = await outcome(
    dir,
    `${START}
    await said();
    await new Promise((resolve) => setTimeout(resolve, 100));
    worker.terminate();
    Deno.exit();`,
    `${HALF}
    setTimeout(() => {
      for (;;);
    }, 50);`,
  );
  assertEquals(seen, ["", "WRITER_LOST\n"]);
  assertEquals(dir.list(), ["told"]);
});

Deno.test("a worker of node:worker_threads finishes what it wrote when it ends, not when it is terminated", async () => {
  const worker = (then: string) => `
    import { openSync, writeSync } from "node:fs";
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", (path) => {
      writeSync(openSync(path, "w"), "of a thread");
      parentPort.postMessage("written");
      ${then}
    });`;
  const program = (then: string) => `
    import { Worker as Thread } from "node:worker_threads";
    const thread = new Thread(new URL("file://" + Deno.args[1]));
    const exit = new Promise((resolve) => thread.once("exit", resolve));
    thread.postMessage(Deno.args[0] + "/out.txt");
    await new Promise((resolve) => thread.once("message", resolve));
    ${then}
    await exit;`;
  using first = new TestDirectory();
  const ended = await outcome(first, program(""), worker(""));
  assertEquals(ended, ["", "of a thread\n"]);
  using second = new TestDirectory();
  const terminated = await outcome(
    second,
    program("thread.terminate();"),
    worker("setTimeout(() => {}, 60_000);"),
  );
  assertEquals(terminated, ["", "WRITER_LOST\n"]);
});
