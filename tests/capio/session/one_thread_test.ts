import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fs from "node:fs";
import {
  CapioError,
  type CapioOptions,
  CapioWorkspace,
  withCapio,
} from "@sluice/sluice/capio";
import { TestDirectory } from "../step.ts";

type Calls = CapioWorkspace["fs"];

/** What the tests have at hand: a reader and a writer on this one thread. */
interface Pair {
  readonly dir: string;
  readonly reader: Calls;
  readonly writer: Calls;
}

/** Joins a workflow twice on this thread. */
async function onOneThread(
  rules: CapioOptions["rules"],
  fn: (pair: Pair) => unknown,
): Promise<void> {
  using dir = new TestDirectory();
  const capioDir = dir.path;
  using writer = new CapioWorkspace({ capioDir, rules, appName: "writer" });
  using reader = new CapioWorkspace({ capioDir, rules, appName: "reader" });
  await fn({ dir: capioDir, reader: reader.fs, writer: writer.fs });
}

function assertDeadlock(call: () => unknown): void {
  const error = assertThrows(call, CapioError, "blocks the only thread");
  assertEquals(error.code, "DEADLOCK");
}

const SYNCHRONOUS: Record<string, (it: Calls, path: string) => unknown> = {
  statSync: (it, path) => it.statSync(path),
  lstatSync: (it, path) => it.lstatSync(path),
  readFileSync: (it, path) => it.readFileSync(path),
  readTextFileSync: (it, path) => it.readTextFileSync(path),
  copyFileSync: (it, path) => it.copyFileSync(path, `${path}.copy`),
  "openSync and statSync": (it, path) => {
    using file = it.openSync(path);
    return file.statSync();
  },
  "openSync and seekSync": (it, path) => {
    using file = it.openSync(path);
    return file.seekSync(0, Deno.SeekMode.End);
  },
};

for (const [name, call] of Object.entries(SYNCHRONOUS)) {
  Deno.test(`${name} throws when only its own thread could end its wait`, async () => {
    const rules = [{ path: "*", committed: "on_close" }] as const;
    await onOneThread(rules, ({ dir, reader, writer }) => {
      using file = writer.openSync(`${dir}/a`, { write: true, create: true });
      file.writeSync(new Uint8Array(3));
      assertDeadlock(() => call(reader, `${dir}/a`));
    });
  });
}

Deno.test("a synchronous call does not wait for a file that its thread is to create", async () => {
  const rules = [{ path: "a", producers: ["writer"] }];
  await onOneThread(rules, ({ dir, reader }) => {
    assertDeadlock(() => reader.openSync(`${dir}/a`));
    assertDeadlock(() => reader.statSync(`${dir}/a`));
    assertDeadlock(() => reader.readDirSync(`${dir}/a`));
  });
});

Deno.test("a synchronous call does not wait for what depends on its own thread", async () => {
  const rules = [
    { path: "a", fileDependencies: ["done"], producers: ["writer"] },
    { path: "done", committed: "on_close", producers: ["writer"] },
  ] as const;
  await onOneThread(rules, ({ dir, reader, writer }) => {
    writer.writeTextFileSync(`${dir}/a`, "text");
    assertDeadlock(() => reader.readTextFileSync(`${dir}/a`));
    writer.writeTextFileSync(`${dir}/done`, "");
    assertEquals(reader.readTextFileSync(`${dir}/a`), "text");
  });
});

Deno.test("a file that a block of the same thread has closed can be read at once", async () => {
  const rules = [{ path: "*", committed: "on_close" }] as const;
  await onOneThread(rules, ({ dir, reader, writer }) => {
    {
      using file = writer.openSync(`${dir}/a`, { write: true, create: true });
      file.writeSync(new TextEncoder().encode("text"));
    }
    assertEquals(reader.readTextFileSync(`${dir}/a`), "text");
  });
});

Deno.test("asynchronous calls of two contexts on one thread wait for each other", async () => {
  const rules = [{ path: "*", committed: "on_close" }] as const;
  await onOneThread(rules, async ({ dir, reader, writer }) => {
    using file = await writer.open(`${dir}/a`, { write: true, create: true });
    const opened = reader.open(`${dir}/a`);
    const size = reader.stat(`${dir}/a`).then(({ size }) => size);
    using read = await opened;
    const sizeOfOpen = read.stat().then(({ size }) => size);
    await file.write(new Uint8Array(3));
    file.close();
    assertEquals([await size, await sizeOfOpen], [3, 3]);
  });
});

Deno.test("calls of node:fs throw when only their own thread could end their wait", async () => {
  using dir = new TestDirectory();
  const capioDir = dir.path;
  const path = `${capioDir}/a`;
  const rules = [
    { path: "*", committed: "on_close", producers: ["writer"] },
  ] as const;
  await withCapio({ capioDir, rules, appName: "writer" }, async () => {
    const inReader = async (fn: () => void | Promise<void>) =>
      await withCapio({ capioDir, rules, appName: "reader" }, fn);
    await inReader(() => {
      assertDeadlock(() => fs.openSync(path, "r"));
      assertDeadlock(() => fs.existsSync(path));
      assertDeadlock(() => fs.accessSync(path));
      assertDeadlock(() => fs.readdirSync(path));
    });
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, "text");
    await inReader(() => {
      assertDeadlock(() => fs.statSync(path));
      assertDeadlock(() => fs.readFileSync(path));
      const reading = fs.openSync(path, "r");
      assertDeadlock(() => fs.fstatSync(reading));
      assertDeadlock(() => fs.readFileSync(reading));
      fs.closeSync(reading);
    });
    fs.closeSync(fd);
    await inReader(() => {
      assertEquals(fs.statSync(path).size, 4);
    });
  });
});

Deno.test("an asynchronous call that waits is ended by its signal", async () => {
  const rules = [{ path: "*", committed: "on_close" }] as const;
  await onOneThread(rules, async ({ dir, reader, writer }) => {
    using _ = writer.openSync(`${dir}/a`, { write: true, create: true });
    const signal = AbortSignal.timeout(20);
    await assertRejects(
      () => reader.readTextFile(`${dir}/a`, { signal }),
      DOMException,
    );
  });
});
