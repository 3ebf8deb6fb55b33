import { assertEquals, assertStringIncludes } from "@std/assert";
import { LineProcBuffer } from "../../../src/lines/mod.ts";

function startWorker(buffer: LineProcBuffer, task: string, timeout?: number) {
  const url = new URL("./_proc_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const answer = new Promise<string>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve("error");
    };
  });
  const port = buffer.connect();
  worker.postMessage({ port, task, timeout }, [port]);
  return { answer, terminate: () => worker.terminate() };
}

/** Waits until the buffer has so many items. */
async function untilItems(buffer: LineProcBuffer, count: number) {
  while (buffer.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return buffer.read().map(String);
}

Deno.test("the prints of a worker are in its owner's buffer", async () => {
  using buffer = new LineProcBuffer();
  const worker = startWorker(buffer, "print");
  assertEquals(await worker.answer, "done");
  assertEquals(buffer.read(), ["one", "two"]);
  worker.terminate();
});

Deno.test("workers write at the same time, each in order and in whole lines", async () => {
  using buffer = new LineProcBuffer({ maxlen: 10_000 });
  const workers = [1, 2, 3].map(() => startWorker(buffer, "many"));
  await Promise.all(workers.map(({ answer }) => answer));
  const items = buffer.read().map(String);
  assertEquals(items.length, 6_000);
  assertEquals(items.every((it) => /^line \d+$/.test(it)), true);
  assertEquals(items.filter((it) => it === "line 1999").length, 3);
  workers.forEach((worker) => worker.terminate());
});

Deno.test("a worker can close its mirror with an error", async () => {
  using buffer = new LineProcBuffer();
  const worker = startWorker(buffer, "fail");
  assertEquals(await worker.answer, "done");
  assertEquals(buffer.read()[0], "half");
  assertStringIncludes(String(buffer.read()[1]), "RangeError: too far");
  worker.terminate();
});

for (const task of ["die", "throw"]) {
  Deno.test(`a worker that ends without an end signal leaves an error: ${task}`, async () => {
    using buffer = new LineProcBuffer();
    const worker = startWorker(buffer, task);
    const items = await untilItems(buffer, task === "die" ? 3 : 2);
    assertEquals(items[0], "before");
    assertEquals(items.at(-1), "The worker 1 ended without an end signal");
    worker.terminate();
  });
}

Deno.test("a worker that is terminated leaves an error", async () => {
  using buffer = new LineProcBuffer();
  const worker = startWorker(buffer, "write");
  await untilItems(buffer, 3);
  worker.terminate();
  while (!String(buffer.read(1)).includes("without an end signal")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

Deno.test("mirrors stop when the buffer asks them to", async () => {
  using buffer = new LineProcBuffer();
  const worker = startWorker(buffer, "write");
  await untilItems(buffer, 3);
  buffer.stopAllMirrors();
  const { length } = buffer;
  assertEquals(await worker.answer, "StopIteration");
  assertEquals(buffer.length, length);
  worker.terminate();
});

Deno.test("closing the buffer fails the mirrors that still write", async () => {
  const buffer = new LineProcBuffer();
  const worker = startWorker(buffer, "write");
  await untilItems(buffer, 3);
  buffer.close();
  assertEquals(await worker.answer, "LinesError");
  worker.terminate();
});

Deno.test("a mirror waits for a slow owner, but not for ever", async () => {
  using buffer = new LineProcBuffer();
  const slow = startWorker(buffer, "many", 10_000);
  const blockUntil = Date.now() + 300;
  while (Date.now() < blockUntil);
  assertEquals(await slow.answer, "done");
  slow.terminate();

  buffer.clear();
  const impatient = startWorker(buffer, "write", 200);
  await Promise.race([untilItems(buffer, 5), impatient.answer]);
  const end = Date.now() + 800;
  while (Date.now() < end);
  assertEquals(await impatient.answer, "LinesError");
  impatient.terminate();
});

Deno.test("the output of a child process is in the buffer, and its failure too", async () => {
  using buffer = new LineProcBuffer();
  const spawn = (code: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdout: "piped",
      stderr: "null",
    }).spawn();
  const good = spawn(
    'console.log("one"); Deno.stdout.writeSync(new TextEncoder().encode("half"))',
  );
  assertEquals((await buffer.attach(good)).success, true);
  assertEquals(buffer.read(), ["one", "half"]);
  const bad = spawn(
    'Deno.stdout.writeSync(new TextEncoder().encode("last words")); Deno.exit(3)',
  );
  assertEquals((await buffer.attach(bad, "step 2")).code, 3);
  assertEquals(buffer.read(2).map(String), [
    "last words",
    "The step 2 failed: exit code 3",
  ]);
  const killed = spawn('console.log("up"); setInterval(() => {}, 1_000)');
  const attached = buffer.attach(killed, "step 3");
  await untilItems(buffer, 5);
  killed.kill("SIGKILL");
  await attached;
  assertEquals(String(buffer.read(1)), "The step 3 failed: SIGKILL");
});

Deno.test("a signal ends the wait for a child process, whose line so far is kept", async () => {
  using buffer = new LineProcBuffer();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      'console.log("up"); Deno.stdout.writeSync(new TextEncoder().encode("half")); setInterval(() => {}, 1_000)',
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stopping = new AbortController();
  const attached = buffer.attach(child, "step", { signal: stopping.signal });
  await untilItems(buffer, 2);
  stopping.abort("enough");
  assertEquals(await attached.catch((reason) => reason), "enough");
  buffer.write("next\n");
  assertEquals(buffer.read(), ["up", "half", "next"]);
  child.kill("SIGKILL");
  await child.status;
});
