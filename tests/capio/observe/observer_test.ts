import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  CapioWorkspace,
  followWorkflow,
  workflowStatus,
} from "../../../src/capio/mod.ts";
import { system } from "../../../src/capio/platform/mod.ts";
import { eventually, Step, TestDirectory } from "../step.ts";

Deno.test("without a workflow there is no status", () => {
  using dir = new TestDirectory();
  assertEquals(workflowStatus(dir.path), undefined);
  assertEquals(followWorkflow(dir.path), undefined);
  assertThrows(
    () => workflowStatus(join(dir.path, "nowhere")),
    Deno.errors.NotFound,
    "it does not exist",
  );
});

Deno.test("the status shows a killed process as lost although there is no other member", async () => {
  using dir = new TestDirectory();
  await using step = new Step({
    capioDir: dir.path,
    app: "writer",
    args: [join(dir.path, "out.txt")],
    code: `
      await Deno.writeTextFile(Deno.args[0], "unfinished");
      setInterval(() => {}, 1000);`,
  });
  await eventually(dir.path, (it) => it?.files.length === 1);
  assertEquals(workflowStatus(dir.path)?.members[0].state, "running");
  step.kill();
  await step.result;
  const { members, files } = workflowStatus(dir.path) ?? {};
  assertEquals(members?.map(({ state }) => state), ["lost"]);
  assertEquals(files?.map(({ phase }) => phase), ["lost"]);
});

Deno.test("a member's own status shows killed processes, too", async () => {
  using dir = new TestDirectory();
  using workspace = new CapioWorkspace({ capioDir: dir.path, appName: "me" });
  await using step = new Step({
    capioDir: dir.path,
    app: "other",
    code: `setInterval(() => {}, 1000);`,
  });
  await eventually(dir.path, (it) => it?.members.length === 2);
  step.kill();
  await step.result;
  const states = workspace.status().members.map((
    { app, state },
  ) => [app, state]);
  assertEquals(states, [["me", "running"], ["other", "lost"]]);
});

Deno.test("following ends with the workflow, after a last look", async () => {
  using dir = new TestDirectory();
  const workspace = new CapioWorkspace({ capioDir: dir.path, appName: "me" });
  const looks = followWorkflow(dir.path, { interval: 10 });
  assert(looks);
  const reader = looks.getReader();
  const first = await reader.read();
  assertEquals(first.value?.files, []);
  await workspace.fs.writeTextFile(join(dir.path, "a.txt"), "text");
  workspace.leave();
  let last = first.value;
  for (let it; !(it = await reader.read()).done;) last = it.value;
  const { state, joined, ended = 0 } = last?.members[0] ?? { joined: 0 };
  assertEquals(state, "left");
  assert(ended >= joined);
  assertEquals(last?.files[0].phase, "committed");
  assertEquals(last?.files[0].size, 4);
});

Deno.test("following looks up the size of a finished file once", async () => {
  using dir = new TestDirectory();
  using workspace = new CapioWorkspace({
    capioDir: dir.path,
    rules: [{ path: "*", committed: "on_close" }],
  });
  const finished = join(dir.path, "finished.txt");
  workspace.fs.writeTextFileSync(finished, "text");
  using open = workspace.fs.createSync(join(dir.path, "open.txt"));
  const { lstatSync } = system;
  const looked: string[] = [];
  system.lstatSync = (path) => {
    looked.push(String(path));
    return lstatSync(path);
  };
  try {
    const reader = followWorkflow(dir.path, { interval: 0 })?.getReader();
    for (let size = 1; size <= 3; size++) {
      open.writeSync(new Uint8Array(1));
      const files = (await reader?.read())?.value?.files;
      assertEquals(files?.map((it) => it.size), [4, size]);
    }
    await reader?.cancel();
  } finally {
    system.lstatSync = lstatSync;
  }
  assertEquals(looked.filter((it) => it === finished).length, 1);
});

Deno.test("following ends with its run, although the next run has begun", async () => {
  using dir = new TestDirectory();
  const first = new CapioWorkspace({ capioDir: dir.path, appName: "first" });
  const looks = followWorkflow(dir.path, { interval: 10 });
  first.leave();
  using _ = new CapioWorkspace({ capioDir: dir.path, appName: "second" });
  const apps = await Array.fromAsync(
    looks ?? [],
    ({ members }) => members.map(({ app }) => app),
  );
  assertEquals(apps, [["first"]]);
});

Deno.test("a look is taken when it is asked for, and none after a cancel", async () => {
  using dir = new TestDirectory();
  using _ = new CapioWorkspace({ capioDir: dir.path });
  const reader = followWorkflow(dir.path, { interval: 60_000 })?.getReader();
  assert(reader);
  assertEquals((await reader.read()).done, false);
  const second = reader.read();
  await reader.cancel();
  assertEquals((await second).done, true);
});

Deno.test("following ends with the signal's reason when it aborts", async () => {
  using dir = new TestDirectory();
  using _ = new CapioWorkspace({ capioDir: dir.path });
  for (const hasRead of [false, true]) {
    const ending = new AbortController();
    const { signal } = ending;
    const options = { interval: 60_000, signal };
    const reader = followWorkflow(dir.path, options)?.getReader();
    assert(reader);
    if (hasRead) await reader.read();
    const next = hasRead ? reader.read() : undefined;
    ending.abort(new Error("enough"));
    await assertRejects(() => next ?? reader.read(), Error, "enough");
    assertThrows(() => followWorkflow(dir.path, options), Error, "enough");
  }
});

Deno.test("wrong options for following are refused by name", () => {
  const follow = (options: Record<string, unknown>) => () =>
    followWorkflow("nowhere", options);
  assertThrows(
    follow({ interval: -1 }),
    RangeError,
    '"interval" must be a non-negative number, found -1',
  );
  assertThrows(
    follow({ signal: 1 }),
    TypeError,
    '"signal" must be an AbortSignal, found 1',
  );
});

Deno.test("the status says of a file that was opened without truncate that it is a copy", async () => {
  using dir = new TestDirectory();
  for (const name of ["old", "emptied"]) {
    Deno.writeTextFileSync(join(dir.path, name), "of an earlier run");
  }
  using workspace = new CapioWorkspace({ capioDir: dir.path, appName: "me" });
  const options = { write: true, create: true };
  for (const name of ["old", "new", "emptied"]) {
    const truncate = name === "emptied";
    const path = join(dir.path, name);
    using _ = await workspace.fs.open(path, { ...options, truncate });
  }
  const copies = workspace.status().files
    .map(({ path, isCopy = false }) => [path, isCopy]);
  assertEquals(Object.fromEntries(copies), {
    old: true,
    new: false,
    emptied: false,
  });
});
