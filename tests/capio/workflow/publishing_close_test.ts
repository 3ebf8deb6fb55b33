import { assert, assertEquals } from "@std/assert";
import { CapioWorkspace } from "@sluice/sluice/capio";
import { TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const APPS = {
  writer: {
    writes: ["*"],
    streaming: [{ name: ["*"], committed: "on_close" }],
  },
  reader: { reads: ["*"] },
};
const platform = new URL("../../../src/capio/platform/mod.ts", import.meta.url);

/** The calls that finish a file. */
const CALLS: Readonly<Record<string, string>> = {
  "a close": `
    const file = Deno.openSync(dir + "/a", { create: true, write: true });
    file.writeSync(bytes("text"));
    file.close();`,
  "a whole file": `Deno.writeTextFileSync(dir + "/a", "text");`,
};

/** Replaces the call that moves a file to its place. */
const replacing = (rename: string) => `
  const { system } = await import(${JSON.stringify(platform.href)});
  const { renameSync } = system;
  system.renameSync = (...args) => {
    ${rename}
  };`;
const die = `
  Deno.kill(Deno.pid, "SIGKILL");
  // The signal may take a moment.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);`;

const DEATHS: Readonly<Record<string, string>> = {
  "before it has moved it": die,
  "after it has moved it": `renameSync(...args); ${die}`,
};

for (const [call, code] of Object.entries(CALLS)) {
  for (const [moment, death] of Object.entries(DEATHS)) {
    Deno.test(`a file is read, and comes to its place, whose writer dies with ${call} ${moment}`, async () => {
      await using workflow = new TestWorkflow(APPS);
      const { path: capioDir, cl: capioClConfigurationFile } = workflow;
      {
        using reader = new CapioWorkspace({
          capioDir,
          capioClConfigurationFile,
          appName: "reader",
        });
        const writer = workflow.start("writer", replacing(death) + code);
        assertEquals((await writer.result).signal, "SIGKILL");
        const { fs } = reader;
        assertEquals(fs.readTextFileSync(`${capioDir}/a`), "text");
      }
      assertEquals(workflow.list(), ["a"]);
    });
  }

  Deno.test(`a file stays readable that cannot be moved to its place after ${call}, and is kept`, async () => {
    await using workflow = new TestWorkflow(APPS);
    const failure = `throw new Deno.errors.PermissionDenied("on purpose");`;
    const reads = workflow.start("reader", READ);
    const writes = workflow.start(
      "writer",
      `${replacing(failure)}
      try { ${code} } catch (error) { console.log(error.message); }
      // An event after it.
      Deno.writeTextFileSync(dir + "/b", "more");`,
    );
    const { stdout } = await writes.result;
    assertEquals(stdout.includes("on purpose"), true);
    const { stdout: read } = await reads.result;
    assertEquals(read, "text\ntext\n");
  });
}

const READ = `
  console.log(Deno.readTextFileSync(dir + "/a"));
  console.log(await Deno.readTextFile(dir + "/a"));`;

Deno.test("what a member has just moved to its place is there for all calls of the others", () => {
  using directory = new TestDirectory();
  const { path: capioDir } = directory;
  const rules = [{ path: "*", committed: "on_close" }] as const;
  using writer = new CapioWorkspace({ capioDir, rules, appName: "writer" });
  using other = new CapioWorkspace({ capioDir, appName: "other" });
  const { fs } = other;
  const calls: Record<string, (path: string) => unknown> = {
    stat: (path) => assertEquals(fs.statSync(path).size, 4),
    lstat: (path) => assertEquals(fs.lstatSync(path).size, 4),
    realPath: (path) => assertEquals(fs.realPathSync(path), path),
    list: () => {
      const names = [...fs.readDirSync(capioDir)].map(({ name }) => name);
      assert(names.includes("list"));
    },
    open: (path) => fs.openSync(path).close(),
    read: (path) => assertEquals(fs.readTextFileSync(path), "text"),
    append: (path) => fs.writeTextFileSync(path, "+", { append: true }),
    truncate: (path) => fs.truncateSync(path, 2),
    chmod: (path) => fs.chmodSync(path, 0o600),
    copy: (path) => fs.copyFileSync(path, `${path}-copy`),
    link: (path) => fs.linkSync(path, `${path}-link`),
    rename: (path) => fs.renameSync(path, `${path}-renamed`),
    remove: (path) => fs.removeSync(path),
  };
  for (const [name, call] of Object.entries(calls)) {
    writer.fs.writeTextFileSync(`${capioDir}/${name}`, "text");
    call(`${capioDir}/${name}`);
  }
  other[Symbol.dispose]();
  writer[Symbol.dispose]();
  const contents = directory.list()
    .map((name) => [name, Deno.readTextFileSync(`${capioDir}/${name}`)]);
  assertEquals(Object.fromEntries(contents), {
    append: "text+",
    chmod: "text",
    copy: "text",
    "copy-copy": "text",
    link: "text",
    "link-link": "text",
    list: "text",
    lstat: "text",
    open: "text",
    read: "text",
    realPath: "text",
    "rename-renamed": "text",
    stat: "text",
    truncate: "te",
  });
});
