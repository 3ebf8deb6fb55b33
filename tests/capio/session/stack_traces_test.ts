import { assertEquals } from "@std/assert";
import nodeFs from "node:fs";
import {
  CapioContext,
  enterCapio,
  parseCapioCl,
  withCapio,
} from "@sluice/sluice/capio";
import { bufferIterator } from "@sluice/sluice/streams";
import { assertBeginsIn, failureOf } from "../../support/first_frame.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const FILE = import.meta.url;

/** Calls that fail, for a directory in which nothing is. */
const DENO_CALLS: Record<string, (path: string) => unknown> = {
  open: async (path) => await Deno.open(path),
  openSync: (path) => Deno.openSync(path),
  "open of two minds": async (path) =>
    await Deno.open(path, { read: false, createNew: true }),
  "openSync for nothing": (path) => Deno.openSync(path, { read: false }),
  create: async (path) => await Deno.create(`${path}/none/file`),
  createSync: (path) => Deno.createSync(`${path}/none/file`),
  readTextFile: async (path) => await Deno.readTextFile(path),
  readTextFileSync: (path) => Deno.readTextFileSync(path),
  readFile: async (path) => await Deno.readFile(path),
  stat: async (path) => await Deno.stat(path),
  statSync: (path) => Deno.statSync(path),
  lstat: async (path) => await Deno.lstat(path),
  lstatSync: (path) => Deno.lstatSync(path),
  remove: async (path) => await Deno.remove(path),
  removeSync: (path) => Deno.removeSync(path),
  rename: async (path) => await Deno.rename(path, `${path}2`),
  renameSync: (path) => Deno.renameSync(path, `${path}2`),
  mkdir: async (path) => await Deno.mkdir(`${path}/none/directory`),
  mkdirSync: (path) => Deno.mkdirSync(`${path}/none/directory`),
  copyFile: async (path) => await Deno.copyFile(path, `${path}2`),
  truncate: async (path) => await Deno.truncate(path),
  readLink: async (path) => await Deno.readLink(path),
  chmod: async (path) => await Deno.chmod(path, 0o600),
  utimeSync: (path) => Deno.utimeSync(path, 0, 0),
  writeTextFile: async (path) => await Deno.writeTextFile(`${path}/a/b`, ""),
  writeTextFileSync: (path) => Deno.writeTextFileSync(`${path}/a/b`, ""),
  readDirSync: (path) => [...Deno.readDirSync(path)],
  chdir: (path) => Deno.chdir(path),
};

/** Those of files and iterators, which are Deno's own outside. */
const FILE_CALLS: Record<string, (path: string) => unknown> = {
  readDir: async (path) => await Array.fromAsync(Deno.readDir(path)),
  "a write of a closed file": async (path) => {
    const file = await Deno.open(`${path}.new`, { write: true, create: true });
    file.close();
    await file.write(new Uint8Array(1));
  },
  "a write of a closed file just after a turn": async (path) => {
    using other = await Deno.open(`${path}.new`, { write: true, create: true });
    await other.write(new Uint8Array(1));
    const file = Deno.openSync(`${path}.closed`, { write: true, create: true });
    file.close();
    await file.write(new Uint8Array(1));
  },
  "a read of a closed file just after a turn": async (path) => {
    await Deno.writeTextFile(`${path}.read`, "text");
    using other = await Deno.open(`${path}.read`);
    await other.read(new Uint8Array(1));
    const file = Deno.openSync(`${path}.read`);
    file.close();
    await file.read(new Uint8Array(1));
  },
  "a close of a closed file": async (path) => {
    const file = await Deno.open(`${path}.new`, { write: true, create: true });
    file.close();
    file.close();
  },
  "a stream of a closed file": async (path) => {
    const file = await Deno.open(`${path}.new`, { write: true, create: true });
    file.close();
    const writer = file.writable.getWriter();
    await writer.write(new Uint8Array(1));
  },
  "a stat of a closed file": async (path) => {
    const file = await Deno.open(`${path}.new`, { write: true, create: true });
    file.close();
    await file.stat();
  },
};

/** The same for `node:fs`. */
const NODE_CALLS: Record<string, (path: string) => unknown> = {
  openSync: (path) => nodeFs.openSync(path, "r"),
  "openSync of no path": () => nodeFs.openSync(5 as never, "r"),
  "open of no callback": (path) => nodeFs.open(path, "r", 5 as never),
  readFileSync: (path) => nodeFs.readFileSync(path),
  readFile: async (path) => await nodeFs.promises.readFile(path),
  statSync: (path) => nodeFs.statSync(path),
  stat: async (path) => await nodeFs.promises.stat(path),
  accessSync: (path) => nodeFs.accessSync(path),
  access: async (path) => await nodeFs.promises.access(path),
  open: async (path) => await nodeFs.promises.open(path),
  writeFileSync: (path) => nodeFs.writeFileSync(`${path}/a/b`, ""),
  rmSync: (path) => nodeFs.rmSync(path),
  unlink: async (path) => await nodeFs.promises.unlink(path),
  renameSync: (path) => nodeFs.renameSync(path, `${path}2`),
  readdirSync: (path) => nodeFs.readdirSync(path),
  readdir: async (path) => await nodeFs.promises.readdir(path),
  mkdtempDisposable: async (path) =>
    await nodeFs.promises.mkdtempDisposable(`${path}/a/b`),
  "a read of a closed handle": async (path) => {
    const handle = await nodeFs.promises.open(`${path}.new`, "w");
    await handle.close();
    await handle.write("text");
  },
};

const CALLS = [
  ...Object.entries(DENO_CALLS).map(([name, call]) =>
    [`Deno: ${name}`, call] as const
  ),
  ...Object.entries(NODE_CALLS).map(([name, call]) =>
    [`node:fs: ${name}`, call] as const
  ),
];

Deno.test("traces of calls begin in the caller's code, inside of capioDir and outside", async () => {
  using directory = new TemporaryDirectory();
  using outside = new TemporaryDirectory();
  await using _ = enterCapio({
    capioDir: directory.path,
    openTimeoutSeconds: 0,
  });
  for (const [name, call] of [...CALLS, ...Object.entries(FILE_CALLS)]) {
    await assertBeginsIn(FILE, name, () => call(`${directory.path}/missing`));
  }
  for (const [name, call] of CALLS) {
    await assertBeginsIn(FILE, name, () => call(`${outside.path}/missing`));
  }
});

Deno.test("traces of a wait in vain begin where the caller awaits", async () => {
  using directory = new TemporaryDirectory();
  await using _ = enterCapio({
    capioDir: directory.path,
    openTimeoutSeconds: 0.1,
  });
  const path = `${directory.path}/missing`;
  const waits: Record<string, () => unknown> = {
    open: async () => await Deno.open(path),
    openSync: () => Deno.openSync(path),
    "several at once": async () =>
      await Promise.all([path].map(async (path) => await Deno.open(path))),
    readFile: async () => await nodeFs.promises.readFile(path),
  };
  for (const [name, call] of Object.entries(waits)) {
    await assertBeginsIn(FILE, name, call);
  }
});

Deno.test("traces of the reader of a lost file begin in the caller's code", async () => {
  using directory = new TemporaryDirectory();
  const options = { capioDir: directory.path, openTimeoutSeconds: 5 };
  const path = `${directory.path}/lost`;
  const rules = [{
    path: "lost",
    committed: "on_close" as const,
    fire: "no_update" as const,
  }];
  // The run goes on when the writer has failed.
  await using _ = enterCapio({ ...options, appName: "other" });
  const lose = withCapio({ ...options, rules, appName: "writer" }, async () => {
    const file = await Deno.open(path, { write: true, create: true });
    await file.write(new Uint8Array(1));
    throw new Error("gives up");
  });
  assertEquals((await failureOf(() => lose)).message, "gives up");
  const readings: Record<string, () => unknown> = {
    readTextFile: async () => await Deno.readTextFile(path),
    readTextFileSync: () => Deno.readTextFileSync(path),
    read: async () => {
      using file = await Deno.open(path);
      while (await file.read(new Uint8Array(1)) !== null);
    },
    readSync: () => {
      using file = Deno.openSync(path);
      while (file.readSync(new Uint8Array(1)) !== null);
    },
    readable: async () => {
      const file = await Deno.open(path);
      await Array.fromAsync(file.readable);
    },
    "a stream of equal chunks": async () => {
      using file = await Deno.open(path);
      await Array.fromAsync(bufferIterator(file));
    },
  };
  await withCapio({ ...options, rules, appName: "reader" }, async () => {
    for (const [name, call] of Object.entries(readings)) {
      await assertBeginsIn(FILE, name, call);
    }
  });
});

Deno.test("traces of refused options begin in the caller's code", async () => {
  const calls: Record<string, () => unknown> = {
    enterCapio: () => enterCapio({ capioDir: 5 as never }),
    withCapio: async () =>
      await withCapio({ openTimeoutSeconds: -1 }, () => {}),
    CapioContext: async () =>
      await CapioContext({ appName: 5 as never })(() => {})(),
    parseCapioCl: () => parseCapioCl(5 as never),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertBeginsIn(FILE, name, call);
  }
});

Deno.test("the reason of an abort keeps its trace", async () => {
  using directory = new TemporaryDirectory();
  const reason = new Error("enough");
  const { stack } = reason;
  const path = `${directory.path}/missing`;
  await withCapio({ capioDir: directory.path }, async () => {
    const ending = new AbortController();
    const reading = Deno.readTextFile(path, { signal: ending.signal });
    ending.abort(reason);
    assertEquals(await failureOf(() => reading), reason);
  });
  assertEquals(reason.stack, stack);
});
