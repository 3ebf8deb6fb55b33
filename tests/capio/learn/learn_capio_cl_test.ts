import { assertEquals, assertThrows } from "@std/assert";
import fs from "node:fs";
import {
  CapioError,
  CapioWorkspace,
  learnCapioCl,
  type LearnCapioClOptions,
  withCapio,
} from "../../../src/capio/mod.ts";
import { JournalReader } from "../../../src/capio/journal/mod.ts";
import { TestDirectory } from "../step.ts";

const steps = ["writes", "reads"];

/** Runs both steps one after the other in a run that `observe`s, or not. */
async function run(
  directory: TestDirectory,
  observe: boolean,
  write: (at: (name: string) => string) => void | Promise<void>,
  read: (at: (name: string) => string) => void | Promise<void>,
): Promise<Disposable> {
  const capioDir = directory.path;
  const workspace = new CapioWorkspace({ capioDir, steps, observe });
  const at = (name: string) => `${capioDir}/${name}`;
  await withCapio({ capioDir, appName: "writes" }, async () => await write(at));
  await withCapio({ capioDir, appName: "reads" }, async () => await read(at));
  return workspace;
}

Deno.test("how finished files are read is noted in an observed run, for Deno and node:fs", async () => {
  using directory = new TestDirectory();
  const names = [
    "whole",
    "stream",
    "sync",
    "stat",
    "fstat",
    "seek",
    "end",
    "nodeStream",
    "nodeSync",
    "nodeStat",
    "nodeFstat",
    "nodeAt",
    "nodeAgain",
    "exists",
  ];
  using _run = await run(directory, true, (at) => {
    for (const name of names) fs.writeFileSync(at(name), "0123456789");
  }, async (at) => {
    await Deno.readTextFile(at("whole"));
    for await (const _ of (await Deno.open(at("stream"))).readable);
    readSync(at("sync"));
    await Deno.stat(at("stat"));
    readSync(at("stat"));
    {
      using file = Deno.openSync(at("fstat"));
      file.statSync();
    }
    {
      using file = Deno.openSync(at("seek"));
      file.seekSync(4, Deno.SeekMode.Start);
      file.readSync(new Uint8Array(2));
    }
    {
      using file = Deno.openSync(at("end"));
      file.seekSync(0, Deno.SeekMode.End);
    }
    for await (const _ of fs.createReadStream(at("nodeStream")));
    fs.readFileSync(at("nodeSync"));
    fs.statSync(at("nodeStat"));
    readNode(at("nodeFstat"), (fd) => fs.fstatSync(fd));
    readNode(at("nodeAt"), (fd) => fs.readSync(fd, new Uint8Array(2), 0, 2, 6));
    readNode(at("nodeAgain"), (fd) => {
      fs.readSync(fd, new Uint8Array(2), 0, 2, 0);
      fs.readSync(fd, new Uint8Array(2), 0, 2, 0);
    });
    fs.existsSync(at("exists"));
  });
  const { choices, warnings } = learnCapioCl(directory.path, { steps });
  const modes = choices.map(({ name, rules }) => [
    name,
    rules.find(({ rule }) => rule.endsWith("update"))?.rule,
  ]);
  assertEquals(Object.fromEntries(modes), {
    whole: "no_update",
    stream: "no_update",
    sync: "no_update",
    stat: "update",
    fstat: "update",
    seek: "update",
    end: "update",
    nodeStream: "no_update",
    nodeSync: "no_update",
    nodeStat: "update",
    nodeFstat: "update",
    nodeAt: "update",
    nodeAgain: "update",
    exists: undefined,
  });
  assertEquals(warnings, []);
});

Deno.test("no other run notes it, and nothing is learned from one", async () => {
  using directory = new TestDirectory();
  using _run = await run(
    directory,
    false,
    (at) => Deno.writeTextFileSync(at("a"), "0123456789"),
    (at) => {
      Deno.statSync(at("a"));
      using file = Deno.openSync(at("a"));
      file.seekSync(4, Deno.SeekMode.Start);
      file.readSync(new Uint8Array(2));
    },
  );
  using reader = new JournalReader(
    `${directory.path}/.capio/CAPIO/journal`,
  );
  const noted = [...reader.read()].filter((it) =>
    it?.event === "size" || it?.event === "read"
  );
  assertEquals(noted, []);
  assertThrows(
    () => learnCapioCl(directory.path, { steps }),
    CapioError,
    `expected a run that a member with the option "observe" has begun`,
  );
});

Deno.test("a workflow that is not there, and wrong options, are refused", () => {
  using directory = new TestDirectory();
  assertThrows(
    () => learnCapioCl(directory.path, { steps }),
    CapioError,
    'Cannot learn from workflow "CAPIO"',
  );
  for (
    const options of [
      { steps: "writes" },
      { steps: [1] },
      { steps, keep: [""] },
      { steps, workflowName: 1 },
    ]
  ) {
    assertThrows(
      () =>
        learnCapioCl(
          directory.path,
          options as unknown as LearnCapioClOptions,
        ),
      TypeError,
      "must be",
    );
  }
});

function readSync(path: string): void {
  using file = Deno.openSync(path);
  while (file.readSync(new Uint8Array(4)) !== null);
}

function readNode(path: string, use: (fd: number) => void): void {
  const fd = fs.openSync(path, "r");
  use(fd);
  fs.closeSync(fd);
}
