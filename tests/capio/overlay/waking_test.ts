import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { enterCapio } from "@sluice/sluice/capio";
import { type Place, Workspace } from "../../../src/capio/overlay/mod.ts";
import type { WorkflowState } from "../../../src/capio/journal/mod.ts";
import { system } from "../../../src/capio/platform/mod.ts";
import type { Verdict } from "../../../src/capio/workflow/mod.ts";
import { resolveOptions } from "../../../src/capio/session/options.ts";
import { streamed, TestDirectory } from "../step.ts";
import { printing, TestWorkflow } from "../test_workflow.ts";

const FORGER = "9-0000000f";
const WAITS: Verdict = { type: "wait", why: "", remedy: "", declared: true };

/** A member of a test's workflow in this process. */
function member(capioDir: string, appName: string, cl = ""): Workspace {
  const options = { capioDir, appName, capioClConfigurationFile: cl };
  return new Workspace(resolveOptions({ ...options, silent: true }));
}

function placeOf(workspace: Workspace, name: string): Place {
  const place = workspace.find(join(workspace.folder.capioDir, name));
  assert(place);
  return place;
}

/** Waits until a path is made, and counts the looks. */
function untilMade(workspace: Workspace, name: string) {
  const result = { looks: 0, end: Promise.resolve() };
  const operation = workspace.until(placeOf(workspace, name), ({ paths }) => {
    result.looks++;
    return paths.has(name) ? { type: "go" } : WAITS;
  });
  result.end = workspace.run(operation).then(() => {});
  return result;
}

/** Makes an entry as a member, which then reads on. */
function make(
  { workflow }: Workspace,
  path: string,
  kind: "file" | "directory" = "file",
): WorkflowState {
  workflow.append({ event: "make", path, kind });
  return workflow.refresh();
}

/** Appends lines to the journal that no member of this process has written. */
function forge({ folder }: Workspace, ...events: object[]): void {
  const lines = events.map((event) =>
    `\n${JSON.stringify({ by: FORGER, time: 1, ...event })}\n`
  );
  Deno.writeTextFileSync(folder.journal, lines.join(""), { append: true });
}

function sleeps(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until a member has asked to be rung. */
async function untilAsked(workspace: Workspace, name: string): Promise<void> {
  while (!workspace.workflow.willBeRung(name)) await sleeps(1);
}

Deno.test("a member that waits is not woken by what does not concern it", async () => {
  await using workflow = new TestWorkflow({
    writer: { writes: ["f*", "last"] },
    reader: { reads: ["last"] },
  });
  using reader = member(workflow.path, "reader", workflow.cl);
  const wait = untilMade(reader, "last");
  const begun = performance.now();
  await workflow.run(
    "writer",
    `for (let i = 0; i < 300; i++) Deno.writeTextFileSync(dir + "/f" + i, "text");
     Deno.writeTextFileSync(dir + "/last", "");`,
  );
  await wait.end;
  // It also looks at each tick, and when members come and go.
  const ticks = (performance.now() - begun) / 100;
  assert(wait.looks < 20 + 2 * ticks, `${wait.looks} looks, ${ticks} ticks`);
});

Deno.test("a member is rung by the one that does what it waits for, once", async () => {
  using directory = new TestDirectory();
  using reader = member(directory.path, "reader");
  using writer = member(directory.path, "writer");
  const wait = untilMade(reader, "dir/made");
  await untilAsked(reader, "dir/made");
  const bell = reader.folder.bell(reader.workflow.id);
  const rings = () => system.lstatSync(bell).size;
  make(writer, "other");
  make(writer, "dir", "directory");
  make(writer, "dir/made2");
  assertEquals(rings(), 0);
  make(writer, "dir/made");
  assertEquals(rings(), 1);
  await wait.end;
});

Deno.test("a ring that is lost is made good by the next tick", async () => {
  using directory = new TestDirectory();
  using reader = member(directory.path, "reader");
  const wait = untilMade(reader, "made");
  await untilAsked(reader, "made");
  // Its author never rings.
  forge(
    reader,
    { event: "join", app: "forger", pid: 9 },
    { event: "make", path: "made", kind: "file", complete: true },
  );
  await wait.end;
  assertEquals(reader.workflow.willBeRung("made"), false);
});

Deno.test("a member wakes itself for what another task of it waits for", async () => {
  using directory = new TestDirectory();
  using workspace = member(directory.path, "both");
  const wait = untilMade(workspace, "made");
  await untilAsked(workspace, "made");
  make(workspace, "made");
  await wait.end;
});

Deno.test("thousands of waits for a file that grows leave a small journal", async () => {
  using directory = new TestDirectory();
  const path = join(directory.path, "grows");
  const cl = directory.writeCl({ writer: streamed("grows"), reader: {} });
  using reader = member(directory.path, "reader", cl);
  await using _context = enterCapio({
    capioDir: directory.path,
    appName: "writer",
    capioClConfigurationFile: cl,
    scope: "process",
  });
  using output = await Deno.open(path, { create: true, write: true });
  const place = placeOf(reader, "grows");
  const size = () =>
    system.lstatSync(reader.folder.spool("grows", "disk")).size;
  const lines = () => system.lstatSync(reader.folder.journal).size;
  const before = lines();
  for (let n = 1; n <= 2000; n++) {
    const wait = reader.until(
      place,
      () => size() < n ? WAITS : { type: "go" },
      undefined,
      {
        growth: {
          file: () => ({
            location: reader.folder.spool("grows", "disk"),
            number: 0,
          }),
          hasMore: () => size() >= n,
        },
      },
    );
    const end = reader.run(wait);
    // Some find the byte while they look, some sleep.
    if (n % 40 === 0) await sleeps(1);
    output.writeSync(new Uint8Array(1));
    await end;
  }
  assert(lines() - before < 1000, `${lines() - before} bytes more`);
});

Deno.test("forged requests to be rung harm nobody", async () => {
  using directory = new TestDirectory();
  using reader = member(directory.path, "reader");
  using writer = member(directory.path, "writer");
  const wait = untilMade(reader, "made");
  await untilAsked(reader, "made");
  forge(
    writer,
    // Of no member, and of one that has ended.
    { event: "await", path: "made" },
    { event: "join", app: "forger", pid: 9 },
    { event: "await", path: "x" },
    { event: "end", member: FORGER, ending: "left" },
    { event: "await", path: "made" },
    { event: "await", path: "../made" },
    ...Array.from({ length: 1000 }, (_, n) => ({
      event: "await",
      by: reader.workflow.id,
      path: `none/${n}`,
    })),
  );
  const { awaits, passedOver } = make(writer, "made");
  await wait.end;
  assertEquals(passedOver, 1);
  assertEquals([...awaits.members.keys()].includes("x"), false);
  reader.leave(false);
  assertEquals(writer.state.awaits.members.size, 0);
});

const PLANTED: Record<string, (bell: string, outside: string) => void> = {
  "a link": (bell, outside) => Deno.symlinkSync(outside, bell),
  "a link to nothing": (bell) => Deno.symlinkSync("nothing", bell),
  "a pipe": (bell) => {
    new Deno.Command("mkfifo", { args: [bell] }).outputSync();
  },
  "a directory": (bell) => Deno.mkdirSync(bell),
  nothing: () => {},
};

for (const [what, plant] of Object.entries(PLANTED)) {
  Deno.test({
    name: `${what} in the place of a bell harms nobody who rings`,
    ignore: Deno.build.os === "windows",
    fn() {
      using directory = new TestDirectory();
      using outer = new TestDirectory();
      const outside = join(outer.path, "outside");
      Deno.writeTextFileSync(outside, "text");
      using writer = member(directory.path, "writer");
      plant(writer.folder.bell(FORGER), outside);
      forge(
        writer,
        { event: "join", app: "forger", pid: 9 },
        { event: "await", path: "made" },
      );
      make(writer, "made");
      assertEquals(Deno.readTextFileSync(outside), "text");
      assertEquals(writer.state.awaits.members.size, 0);
    },
  });
}

Deno.test("a bell that was removed while its member sleeps costs it a tick", async () => {
  using directory = new TestDirectory();
  using reader = member(directory.path, "reader");
  using writer = member(directory.path, "writer");
  const wait = untilMade(reader, "made");
  await untilAsked(reader, "made");
  Deno.removeSync(reader.workflow.hangBell());
  make(writer, "made");
  await wait.end;
});

Deno.test("a member that cannot have a bell looks again by itself", async () => {
  using directory = new TestDirectory();
  using reader = member(directory.path, "reader");
  using writer = member(directory.path, "writer");
  Deno.mkdirSync(reader.folder.bell(reader.workflow.id));
  const wait = untilMade(reader, "made");
  while (wait.looks < 5) await sleeps(1);
  assertEquals(reader.workflow.willBeRung("made"), false);
  make(writer, "made");
  await wait.end;
});

Deno.test("a process reads more growing files at once than it watches", async () => {
  const name = "grows*";
  await using workflow = new TestWorkflow({
    writer: streamed(name),
    reader: { reads: [name] },
  });
  const printed = await workflow.runAll({
    writer: `
      const files = [];
      for (let n = 0; n < 40; n++) {
        files.push(await Deno.open(dir + "/grows" + n, { create: true, write: true }));
      }
      for (let round = 0; round < 5; round++) {
        for (const file of files) file.writeSync(bytes("text"));
        await pause(5);
      }
      for (const file of files) file.close();`,
    reader: `
      const names = Array.from({ length: 40 }, (_, n) => dir + "/grows" + n);
      const texts = await Promise.all(names.map((it) => Deno.readTextFile(it)));
      console.log(texts.join("").length);`,
  });
  assertEquals(printed, { writer: "", reader: "800" });
});

Deno.test("where the system has no watch left, nothing is lost", async () => {
  await using workflow = new TestWorkflow({
    writer: streamed("grows"),
    reader: { reads: ["grows"], writes: ["answer"] },
    other: { reads: ["answer"] },
  });
  // As with more processes than the system has watches for.
  const preload = join(workflow.path, "no_watch.ts");
  Deno.writeTextFileSync(
    preload,
    `Deno.watchFs = () => { throw new Error("Too many open files (os error 24)"); };`,
  );
  const flags = [`--preload=${preload}`];
  const printed = await workflow.runAll({
    writer: `
      const file = await Deno.open(dir + "/grows", { create: true, write: true });
      for (let n = 0; n < 100; n++) {
        file.writeSync(bytes("line " + n + "\\n"));
        if (n % 10 === 0) await pause(1);
      }
      file.close();`,
    reader: `
      const text = await Deno.readTextFile(dir + "/grows");
      Deno.writeTextFileSync(dir + "/answer", text.split("\\n").length + "");
      console.log(text.length);`,
    other: printing("answer"),
  }, { flags });
  assertEquals(printed, { writer: "", reader: "790", other: "101" });
});
