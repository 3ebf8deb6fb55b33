import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { BY_KIND, FileLock } from "../../../../src/capio/platform/mod.ts";
import { CapioWorkspace, workflowStatus } from "../../../../src/capio/mod.ts";
import { StoppedHolder } from "../../../support/stopped_holder.ts";
import { eventually, Step, TestDirectory } from "../../step.ts";

Deno.test("a member that waits for a stopped process reports it, and goes on with that process", async () => {
  using dir = new TestDirectory();
  using _ = new CapioWorkspace({ capioDir: dir.path, appName: "me" });
  await using holder = await StoppedHolder.of(
    join(dir.path, ".capio/CAPIO/publication.lock"),
  );
  await using step = new Step({
    capioDir: dir.path,
    app: "writer",
    args: [join(dir.path, "out.txt")],
    code: `
      await Deno.writeTextFile(Deno.args[0], "text");
      await Deno.rename(Deno.args[0], Deno.args[0] + ".2");`,
  });
  await eventually(dir.path, (it) => it?.waits.length === 1);
  const waits = workflowStatus(dir.path)?.waits;
  assertEquals(
    waits?.map(({ app, path, why }) => [app, path, why]),
    [[
      "writer",
      ".capio/CAPIO/publication.lock",
      "the process that holds it does not go on, it may be stopped",
    ]],
  );
  await holder[Symbol.asyncDispose]();
  const { code, stderr } = await step.result;
  assertEquals(code, 0);
  // A step may not look who holds it, but knows who takes part.
  assertStringIncludes(
    stderr,
    `sluice: Waiting for a process (perhaps process ${Deno.pid} of "me"), which holds "`,
  );
  assertStringIncludes(stderr, "does not go on: it may be stopped");
  assertEquals(workflowStatus(dir.path)?.waits, []);
  assertEquals(Deno.readTextFileSync(join(dir.path, "out.txt.2")), "text");
});

Deno.test("a wait for a lock that is not free tells the holder and ends with its signal", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "lock");
  const told: string[] = [];
  const { warn } = console;
  using stack = new DisposableStack();
  stack.defer(() => console.warn = warn);
  console.warn = (text) => told.push(text);
  const wait = (signal: AbortSignal) => ({
    app: "waiter",
    signal,
    patience: 10,
    delayed: () => told.push("delayed"),
  });
  const noted = FileLock.acquire(path, BY_KIND, { app: "hol\x1bder" });
  const ending = new AbortController();
  const acquiring = FileLock.acquireWhenFree(
    path,
    BY_KIND,
    wait(ending.signal),
  );
  while (told.length < 2) await delay(5);
  ending.abort(new Error("enough"));
  await assertRejects(() => acquiring, Error, "enough");
  assertEquals(told, [
    `sluice: Waiting for process ${Deno.pid} of "hol\\x1bder", which holds "${path}" and does not go on: it may be stopped`,
    "delayed",
  ]);
  noted[Symbol.dispose]();

  await using holder = await StoppedHolder.of(path);
  const later = FileLock.acquireWhenFree(
    path,
    BY_KIND,
    wait(AbortSignal.timeout(10_000)),
  );
  while (told.length < 4) await delay(5);
  // Only the table of the system knows it.
  const name = Deno.build.os === "linux" ? `process ${holder.pid},` : "process";
  assertStringIncludes(told[2], name);
  await holder[Symbol.asyncDispose]();
  using lock = await later;
  assert(FileLock.isHeld(path));
  void lock;
});

Deno.test("a lock is held while a function runs in an asynchronous hold", async () => {
  using dir = new TestDirectory();
  const path = join(dir.path, "lock");
  using lock = FileLock.open(path, BY_KIND);
  {
    using _ = await lock.hold({});
    assert(FileLock.isHeld(path));
    assertEquals(lock.during(() => FileLock.isHeld(path), {}), true);
    assert(FileLock.isHeld(path));
  }
  assertEquals(FileLock.isHeld(path), false);
});
