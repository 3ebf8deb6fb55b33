import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { promises as fsPromises } from "node:fs";
import { deadline, delay } from "@std/async";
import {
  type CapioClRule,
  capioClRule,
  CapioContext,
  CapioError,
  type CapioOptions,
  capioPath,
  CapioWorkspace,
  enterCapio,
  withCapio,
} from "@sluice/sluice/capio";
import { Step, TestDirectory } from "../step.ts";

const STREAMED: CapioClRule[] = [
  { path: "*", committed: "on_close", fire: "no_update" },
];
const text = (value: string) => new TextEncoder().encode(value);

/** A writer and a reader of the same file, each with a context of its own. */
function pair(
  dir: TestDirectory,
  options: CapioOptions,
  write: (path: string) => Promise<void>,
  read: (path: string) => Promise<unknown>,
): Promise<[PromiseSettledResult<void>, PromiseSettledResult<unknown>]> {
  const capioDir = dir.path;
  const path = `${dir.path}/file.txt`;
  return deadline(
    Promise.allSettled([
      withCapio({ ...options, capioDir, appName: "writer" }, () => write(path)),
      withCapio({ ...options, capioDir, appName: "reader" }, () => read(path)),
    ]),
    10_000,
  );
}

Deno.test("when the last context ends, every function is the one it was", async () => {
  using dir = new TestDirectory();
  const before = Object.getOwnPropertyDescriptors(Deno);
  const ending = Promise.withResolvers<void>();
  const inner = withCapio({ capioDir: dir.path }, async () => {
    assert(Deno.open !== before.open.value);
    assertEquals(Deno.open.name, "open");
    await ending.promise;
  });
  await withCapio({ capioDir: dir.path }, () => delay(5));
  assert(Deno.open !== before.open.value);
  ending.resolve();
  await inner;
  await withCapio({ capioDir: dir.path }, () => {
    throw new Error("on purpose");
  }).catch(() => {});
  const after = Object.getOwnPropertyDescriptors(Deno);
  for (const [name, descriptor] of Object.entries(before)) {
    const now = after[name as keyof typeof after];
    assert(now.value === descriptor.value, name);
    assert(now.get === descriptor.get, name);
    assertEquals(now.writable, descriptor.writable);
    assertEquals(now.enumerable, descriptor.enumerable);
  }
});

Deno.test("other work of the same program sees the real files", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  const started = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const inside = withCapio({ capioDir: dir.path }, async () => {
    await Deno.writeTextFile(path, "inside");
    started.resolve();
    await looked.promise;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(await Deno.readTextFile(path), "inside");
  });
  await started.promise;
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  looked.resolve();
  await inside;
  assertEquals(await Deno.readTextFile(path), "inside");
});

Deno.test("a context of the whole process is active everywhere until it is left", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  const session = enterCapio({ capioDir: dir.path, scope: "process" });
  await new Promise<void>((resolve) =>
    setTimeout(() => {
      Deno.writeTextFileSync(path, "everywhere");
      resolve();
    }, 0)
  );
  assertEquals(dir.list().includes("file.txt"), false);
  session.leave();
  session.leave();
  assertEquals(dir.list(), ["file.txt"]);
});

Deno.test("await using ends the context with its block", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  const run = async () => {
    await using _ = enterCapio({ capioDir: dir.path });
    await Deno.writeTextFile(path, "in the block");
    await assertRejects(async () => {
      await Deno.readTextFile(`${dir.path}/.capio/none`);
    }, Deno.errors.NotFound);
  };
  await run();
  assertEquals(await Deno.readTextFile(path), "in the block");
});

Deno.test("contexts of different directories nest", async () => {
  using outer = new TestDirectory();
  using inner = new TestDirectory();
  await withCapio({ capioDir: outer.path }, async () => {
    await withCapio({ capioDir: inner.path }, async () => {
      await Deno.writeTextFile(`${outer.path}/outer.txt`, "outer");
      await Deno.writeTextFile(`${inner.path}/inner.txt`, "inner");
    });
    assert(inner.list().includes("inner.txt"));
    assert(!outer.list().includes("outer.txt"));
    assertEquals(await Deno.readTextFile(`${outer.path}/outer.txt`), "outer");
  });
  assertEquals(outer.list(), ["outer.txt"]);
});

Deno.test("a context may begin in a directory that was made in another one", async () => {
  using dir = new TestDirectory();
  const inner = `${dir.path}/inner`;
  await withCapio({ capioDir: dir.path }, async () => {
    await Deno.mkdir(inner);
    await withCapio({ capioDir: inner }, async () => {
      await Deno.writeTextFile(`${inner}/a`, "in it");
    });
    assertEquals(await Deno.readTextFile(`${inner}/a`), "in it");
  });
  assertEquals(dir.list(), ["inner", "inner/a"]);
});

Deno.test("each of several overlapping contexts is active until it is left", async () => {
  using first = new TestDirectory();
  using second = new TestDirectory();
  const one = enterCapio({ capioDir: first.path });
  const two = enterCapio({ capioDir: second.path });
  one.leave();
  await Deno.writeTextFile(`${second.path}/a`, "");
  assert(!second.list().includes("a"));
  const three = enterCapio({ capioDir: first.path });
  two.leave();
  await Deno.writeTextFile(`${first.path}/b`, "");
  assert(!first.list().includes("b"));
  three.leave();
  assertEquals([first.list(), second.list()], [["b"], ["a"]]);
});

Deno.test("CapioContext decorates functions and methods", async () => {
  using dir = new TestDirectory();
  const capioDir = dir.path;
  const write = CapioContext({ capioDir })(
    async (name: string, data: string) => {
      await Deno.writeTextFile(`${dir.path}/${name}`, data);
      return data.length;
    },
  );
  assertEquals(await write("a.txt", "abc"), 3);
  class Reader {
    readonly name = "a.txt";
    @CapioContext({ capioDir })
    read(): Promise<string> {
      return Deno.readTextFile(`${dir.path}/${this.name}`);
    }
  }
  assertEquals(await new Reader().read(), "abc");
});

Deno.test("a sibling directory with the same prefix is outside", async () => {
  using dir = new TestDirectory();
  const sibling = `${dir.path}2`;
  await Deno.mkdir(sibling);
  try {
    await withCapio({ capioDir: dir.path }, async () => {
      await Deno.writeTextFile(`${sibling}/file.txt`, "outside");
      assertEquals(await Deno.readTextFile(`${sibling}/file.txt`), "outside");
    });
    assertEquals([...Deno.readDirSync(sibling)].length, 1);
  } finally {
    await Deno.remove(sibling, { recursive: true });
  }
});

Deno.test("a symbolic link to the directory leads inside", async () => {
  using dir = new TestDirectory();
  const link = `${dir.path}.link`;
  await Deno.symlink(dir.path, link);
  try {
    await withCapio({ capioDir: dir.path }, async () => {
      await Deno.writeTextFile(`${link}/file.txt`, "through the link");
      assert(!dir.list().includes("file.txt"));
      assertEquals(
        await Deno.readTextFile(`${dir.path}/file.txt`),
        "through the link",
      );
    });
    assertEquals(dir.list(), ["file.txt"]);
  } finally {
    await Deno.remove(link);
  }
});

Deno.test("a link outside that leads inside is itself outside", async () => {
  using dir = new TestDirectory();
  const link = `${dir.path}.link`;
  await Deno.writeTextFile(`${dir.path}/file.txt`, "old");
  await Deno.symlink(`${dir.path}/file.txt`, link);
  try {
    await withCapio({ capioDir: dir.path }, async () => {
      assert((await Deno.lstat(link)).isSymlink);
      await Deno.writeTextFile(link, "new");
      assertEquals(await Deno.readTextFile(`${dir.path}/file.txt`), "new");
      assert((await Deno.lstat(link)).isSymlink);
    });
  } finally {
    await Deno.remove(link);
  }
});

Deno.test("a relative path is looked up in the working directory", async () => {
  using dir = new TestDirectory();
  using elsewhere = new TestDirectory();
  const before = Deno.cwd();
  try {
    await withCapio({ capioDir: dir.path }, async () => {
      Deno.chdir(elsewhere.path);
      await Deno.writeTextFile("file.txt", "elsewhere");
      Deno.chdir(dir.path);
      await Deno.writeTextFile("file.txt", "inside");
      assert(!dir.list().includes("file.txt"));
      Deno.chdir(elsewhere.path);
      assertEquals(await Deno.readTextFile("file.txt"), "elsewhere");
    });
  } finally {
    Deno.chdir(before);
  }
});

Deno.test("a symbolic link that leads out is refused", async () => {
  using dir = new TestDirectory();
  await Deno.symlink("/etc", `${dir.path}/link`);
  await Deno.symlink("../../..", `${dir.path}/up`);
  await withCapio({ capioDir: dir.path }, async () => {
    for (const path of ["link/passwd", "up/etc/passwd", "link"]) {
      await assertRejects(
        () => Deno.readTextFile(`${dir.path}/${path}`),
        Deno.errors.NotCapable,
        "leads out",
      );
      assertThrows(
        () => Deno.statSync(`${dir.path}/${path}`),
        Deno.errors.NotCapable,
      );
    }
    assert((await Deno.lstat(`${dir.path}/link`)).isSymlink);
  });
});

Deno.test("no_update: a reader gets each piece while the file is written", async () => {
  using dir = new TestDirectory();
  const seen: string[] = [];
  const heard = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const [written, read] = await pair(
    dir,
    { rules: STREAMED, partialReads: true },
    async (path) => {
      using file = await Deno.open(path, { create: true, write: true });
      for (const [index, piece] of ["one", "two", "three"].entries()) {
        await file.write(text(piece));
        await heard[index].promise;
      }
    },
    async (path) => {
      using file = await Deno.open(path);
      const buffer = new Uint8Array(10);
      for (let count; (count = await file.read(buffer)) !== null;) {
        seen.push(new TextDecoder().decode(buffer.subarray(0, count)));
        heard[seen.length - 1].resolve();
      }
      return seen;
    },
  );
  assertEquals(written.status, "fulfilled");
  assertEquals(read, {
    status: "fulfilled",
    value: ["one", "two", "three"],
  });
});

Deno.test("update: the first read waits for the commit", async () => {
  using dir = new TestDirectory();
  let closed = false;
  const rules: CapioClRule[] = [{ path: "*", committed: "on_close" }];
  const [, read] = await pair(dir, { rules }, async (path) => {
    using file = await Deno.open(path, { create: true, write: true });
    await file.write(text("a"));
    await delay(100);
    await file.write(text("b"));
    closed = true;
  }, async (path) => {
    using file = await Deno.open(path);
    const buffer = new Uint8Array(10);
    const count = await file.read(buffer);
    return [closed, count, await file.read(buffer)];
  });
  assertEquals(read, { status: "fulfilled", value: [true, 2, null] });
});

Deno.test("stat and seek: now under no_update, at the commit under update", async () => {
  for (const fire of ["no_update", "update"] as const) {
    using dir = new TestDirectory();
    const rules: CapioClRule[] = [{ path: "*", committed: "on_close", fire }];
    const half = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    const [, read] = await pair(dir, { rules }, async (path) => {
      using file = await Deno.open(path, { create: true, write: true });
      await file.write(text("12345"));
      half.resolve();
      await (fire === "update" ? delay(100) : looked.promise);
      await file.write(text("67890"));
    }, async (path) => {
      await half.promise;
      using file = await Deno.open(path);
      const sizes = [
        (await Deno.stat(path)).size,
        (await file.stat()).size,
        await file.seek(0, Deno.SeekMode.End),
      ];
      looked.resolve();
      return sizes;
    });
    const size = fire === "update" ? 10 : 5;
    assertEquals(read, { status: "fulfilled", value: [size, size, size] });
  }
});

Deno.test("an error inside a using block gives the readers an error", async () => {
  using dir = new TestDirectory();
  const [written, read] = await pair(
    dir,
    { rules: STREAMED },
    async (path) => {
      using file = await Deno.open(path, { create: true, write: true });
      await file.write(text("half"));
      throw new RangeError("in the middle");
    },
    (path) => Deno.readTextFile(path),
  );
  assertEquals(written.status, "rejected");
  assertEquals(read.status, "rejected");
  if (read.status === "rejected") {
    assertInstanceOf(read.reason, CapioError);
    assertEquals(read.reason.code, "WRITER_LOST");
    assertStringIncludes(read.reason.message, `its writer "writer"`);
    assertStringIncludes(read.reason.message, "failed");
  }
  assertEquals(dir.list(), []);
});

Deno.test("a using block that ends well commits, although the writer goes on", async () => {
  using dir = new TestDirectory();
  const readDone = Promise.withResolvers<void>();
  const [written, read] = await pair(dir, { rules: STREAMED }, async (path) => {
    {
      using file = await Deno.open(path, { create: true, write: true });
      await file.write(text("whole"));
    }
    await readDone.promise;
  }, async (path) => {
    const all = await Deno.readTextFile(path);
    readDone.resolve();
    return all;
  });
  assertEquals(written.status, "fulfilled");
  assertEquals(read, { status: "fulfilled", value: "whole" });
});

Deno.test("aborting a writable stream gives the readers an error", async () => {
  using dir = new TestDirectory();
  const [, read] = await pair(dir, { rules: STREAMED }, async (path) => {
    const file = await Deno.open(path, { create: true, write: true });
    const writer = file.writable.getWriter();
    await writer.write(text("half"));
    await writer.abort(new Error("enough"));
  }, (path) => Deno.readTextFile(path));
  assertEquals(read.status, "rejected");
  if (read.status === "rejected") assertEquals(read.reason.code, "WRITER_LOST");
});

Deno.test("a write that fails leaves nothing half written in the directory", async () => {
  using dir = new TestDirectory();
  await Deno.writeTextFile(`${dir.path}/file.txt`, "old");
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(text("half"));
    },
    pull(controller) {
      controller.error(new RangeError("broken"));
    },
  });
  await withCapio({ capioDir: dir.path }, async () => {
    const path = `${dir.path}/file.txt`;
    await assertRejects(() => Deno.writeFile(path, broken), RangeError);
  });
  assertEquals(await Deno.readTextFile(`${dir.path}/file.txt`), "old");
  assertEquals(dir.list(), ["file.txt"]);
});

Deno.test("a reader that closes early does not end the stream for others", async () => {
  using dir = new TestDirectory();
  const left = Promise.withResolvers<void>();
  const early = withCapio(
    { capioDir: dir.path, appName: "early", rules: STREAMED },
    async () => {
      using file = await Deno.open(`${dir.path}/file.txt`);
      await file.read(new Uint8Array(1));
      left.resolve();
    },
  );
  const [, read] = await pair(dir, { rules: STREAMED }, async (path) => {
    using file = await Deno.open(path, { create: true, write: true });
    await file.write(text("before "));
    await left.promise;
    await early;
    await file.write(text("after"));
  }, (path) => Deno.readTextFile(path));
  assertEquals(read, { status: "fulfilled", value: "before after" });
});

Deno.test("closing, cancelling or aborting ends a wait at once", async () => {
  using dir = new TestDirectory();
  const stop = new AbortController();
  const done = Promise.withResolvers<void>();
  const [, read] = await pair(dir, { rules: STREAMED }, async (path) => {
    using file = await Deno.open(path, { create: true, write: true });
    await file.write(text("."));
    await done.promise;
  }, async (path) => {
    const buffer = new Uint8Array(1);
    const file = await Deno.open(path);
    await file.read(buffer);
    const waiting = assertRejects(
      () => file.read(buffer),
      Deno.errors.BadResource,
    );
    await delay(5);
    file.close();
    await waiting;

    const other = await Deno.open(path);
    const reader = other.readable.getReader();
    await reader.read();
    const pending = reader.read();
    await reader.cancel("enough");
    assertEquals((await pending).done, true);

    const aborted = assertRejects(
      () => Deno.readTextFile(path, { signal: stop.signal }),
      DOMException,
      "stopped",
    );
    await delay(5);
    stop.abort(new DOMException("stopped", "AbortError"));
    await aborted;
    done.resolve();
  });
  assertEquals(read, { status: "fulfilled", value: undefined });
});

Deno.test("the signal of a context ends all of its waits", async () => {
  using dir = new TestDirectory();
  await assertRejects(
    () =>
      withCapio(
        { capioDir: dir.path, signal: AbortSignal.timeout(50) },
        () => Deno.readTextFile(`${dir.path}/never.txt`),
      ),
    DOMException,
  );
  assertEquals(dir.list(), []);
});

Deno.test("the signal of a context that has aborted ends synchronous waits, too", async () => {
  using dir = new TestDirectory();
  await withCapio(
    { capioDir: dir.path, signal: AbortSignal.abort(new RangeError("over")) },
    () => {
      Deno.writeTextFileSync(`${dir.path}/new.txt`, "new");
      for (const read of [Deno.readTextFileSync, Deno.openSync]) {
        assertThrows(() => read(`${dir.path}/never.txt`), RangeError, "over");
      }
    },
  );
  assertEquals(dir.list(), ["new.txt"]);
});

Deno.test("a call that outlives its context ends with an error that says so", async () => {
  using dir = new TestDirectory();
  const options = { capioDir: dir.path, appName: "late" };
  const refused = (call: () => Promise<unknown>) =>
    assertRejects(
      call,
      Deno.errors.Interrupted,
      'The CAPIO context of "late" has ended',
    );
  const waiting = await withCapio(options, () => {
    const reading = Deno.readTextFile(`${dir.path}/never`);
    return Promise.resolve({ reading });
  });
  await refused(() => waiting.reading);
  const workspace = new CapioWorkspace(options);
  workspace.leave();
  await refused(() => workspace.fs.readTextFile(`${dir.path}/never`));
  assertEquals(dir.list(), []);
});

Deno.test("a file that nobody announced is waited for as long as asked", async () => {
  using dir = new TestDirectory();
  const open = (openTimeoutSeconds: number) =>
    withCapio(
      { capioDir: dir.path, openTimeoutSeconds },
      () => Deno.readTextFile(`${dir.path}/never.txt`),
    );
  await assertRejects(() => open(0), Deno.errors.NotFound, "never.txt");
  await assertRejects(
    () => open(0.2),
    Deno.errors.NotFound,
    "nobody created it within 0.2 seconds",
  );
  await assertRejects(() => open(-1), RangeError, "openTimeoutSeconds");
});

Deno.test("a file whose producer left without creating it is not found", async () => {
  using dir = new TestDirectory();
  const rules: CapioClRule[] = [{ path: "file.txt", producers: ["writer"] }];
  const [, read] = await pair(
    dir,
    { rules },
    () => delay(50),
    (path) => Deno.readTextFile(path),
  );
  assertEquals(read.status, "rejected");
  if (read.status === "rejected") {
    assertInstanceOf(read.reason, Deno.errors.NotFound);
    assertStringIncludes(
      read.reason.message,
      `its producer "writer" left without creating it`,
    );
  }
});

Deno.test("a real file that no rule calls an output is there at once", async () => {
  using dir = new TestDirectory();
  await Deno.writeTextFile(`${dir.path}/input.txt`, "input");
  await withCapio({ capioDir: dir.path, rules: STREAMED }, async () => {
    assertEquals(await Deno.readTextFile(`${dir.path}/input.txt`), "input");
  });
});

Deno.test("a real file that is an output of this run is waited for", async () => {
  using dir = new TestDirectory();
  await Deno.writeTextFile(`${dir.path}/file.txt`, "of an earlier run");
  const rules: CapioClRule[] = [
    { path: "file.txt", committed: "on_close", producers: ["writer"] },
  ];
  const [, read] = await pair(dir, { rules }, async (path) => {
    await delay(50);
    await Deno.writeTextFile(path, "of this run");
  }, (path) => Deno.readTextFile(path));
  assertEquals(read, { status: "fulfilled", value: "of this run" });
});

Deno.test("a reader keeps the old file while it is replaced, and is told", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  await Deno.writeTextFile(path, "old contents");
  const warnings: string[] = [];
  const warn = console.warn;
  console.warn = (message: string) => warnings.push(message);
  try {
    const replaced = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const [, read] = await pair(dir, {}, async () => {
      await opened.promise;
      await Deno.writeTextFile(path, "new contents, and longer");
      replaced.resolve();
    }, async () => {
      using file = await Deno.open(path);
      opened.resolve();
      await replaced.promise;
      return await new Response(file.readable).text();
    });
    assertEquals(read, { status: "fulfilled", value: "old contents" });
  } finally {
    console.warn = warn;
  }
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0], `"file.txt" was read before "writer"`);
});

Deno.test("readDir yields entries as they appear, until the directory is complete", async () => {
  using dir = new TestDirectory();
  const seen: string[] = [];
  const heard = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const rules: CapioClRule[] = [{
    path: "parts",
    isDirectory: true,
    directoryNFileExpected: 3,
    fire: "no_update",
    producers: ["writer"],
  }];
  const parts = `${dir.path}/parts`;
  const [, read] = await pair(dir, { rules }, async () => {
    await Deno.mkdir(parts);
    for (let part = 0; part < 3; part++) {
      await Deno.writeTextFile(`${parts}/${part}`, "part");
      await heard[part].promise;
    }
    await Deno.writeTextFile(`${parts}/late`, "one too many");
  }, async () => {
    for await (const { name } of Deno.readDir(parts)) {
      seen.push(name);
      heard[seen.length - 1]?.resolve();
    }
    return seen.slice(0, 3);
  });
  assertEquals(read, { status: "fulfilled", value: ["0", "1", "2"] });
});

Deno.test("a program that writes under another name and renames is understood", async () => {
  using dir = new TestDirectory();
  const rules: CapioClRule[] = [
    { path: "file.txt", committed: "on_close", producers: ["writer"] },
  ];
  const [, read] = await pair(dir, { rules }, async (path) => {
    await Deno.writeTextFile(`${path}.part`, "renamed");
    await delay(20);
    await Deno.rename(`${path}.part`, path);
    await delay(50);
  }, (path) => Deno.readTextFile(path));
  assertEquals(read, { status: "fulfilled", value: "renamed" });
  assertEquals(dir.list(), ["file.txt"]);
});

Deno.test("capioClRule states a rule, inside of a context or around it", async () => {
  using dir = new TestDirectory();
  const rule: CapioClRule = {
    path: "file.txt",
    committed: "on_close",
    producers: ["writer"],
  };
  const committed = Promise.withResolvers<void>();
  const [, read] = await pair(
    dir,
    {},
    capioClRule(rule)(async (path: string) => {
      await Deno.writeTextFile(path, "committed before its writer ends");
      await committed.promise;
    }),
    async (path) => {
      const all = await Deno.readTextFile(path);
      committed.resolve();
      return all;
    },
  );
  assertEquals(read.status, "fulfilled");

  const contradiction = capioClRule({ ...rule, closeCount: 2 })(() =>
    withCapio({ capioDir: dir.path, rules: [rule] }, () => {})
  );
  await assertRejects(contradiction, CapioError);
});

Deno.test("capioPath looks at the present state and never waits", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/file.txt`;
  const rules: CapioClRule[] = [{ path: "file.txt", producers: ["writer"] }];
  const [, read] = await pair(dir, { rules }, async () => {
    await delay(20);
    await Deno.writeTextFile(path, "12345");
    await delay(50);
  }, async () => {
    const answers: unknown[] = [capioPath(path).exists()];
    while (!capioPath(path).exists()) await delay(1);
    while (capioPath(path).size() === 0) await delay(1);
    const file = capioPath(path);
    answers.push(file.size(), file.isFile(), file.isDirectory());
    return [...answers, capioPath(dir.path).isDirectory()];
  });
  assertEquals(read, {
    status: "fulfilled",
    value: [false, 5, true, false, true],
  });
  assertThrows(() => capioPath(`${path}2`).size(), Deno.errors.NotFound);
});

Deno.test("enforceGraph lets an app read and write only what its streams name", async () => {
  using dir = new TestDirectory();
  for (const name of ["in.txt", "other.txt"]) {
    await Deno.writeTextFile(`${dir.path}/${name}`, name);
  }
  const rules: CapioClRule[] = [
    { path: "in.txt", consumers: ["step"] },
    { path: "results/*", producers: ["step"] },
  ];
  const options = { capioDir: dir.path, appName: "step", rules };
  const path = (name: string) => `${dir.path}/${name}`;
  await withCapio({ ...options, enforceGraph: true }, async () => {
    assertEquals(await Deno.readTextFile(path("in.txt")), "in.txt");
    await Deno.mkdir(path("results"));
    await Deno.writeTextFile(path("results/out.txt"), "out");
    const refused = (call: () => Promise<unknown>, what: string) =>
      assertRejects(call, Deno.errors.NotCapable, `"step" may not ${what}`);
    await refused(() => Deno.readTextFile(path("other.txt")), "read");
    await refused(() => Deno.open(path("other.txt")), "read");
    await refused(() => Deno.writeTextFile(path("in.txt"), ""), "write");
    await refused(() => Deno.rename(path("in.txt"), path("x")), "write");
    await refused(() => Deno.remove(path("other.txt")), "remove");
    await refused(
      () => Deno.copyFile(path("other.txt"), path("results/copy.txt")),
      "read",
    );
    assertThrows(() => Deno.mkdirSync(path("more")), Deno.errors.NotCapable);
    await Deno.makeTempFile({ dir: path("results") });
    await Deno.remove(path("results"), { recursive: true });
    assert((await Deno.stat(path("other.txt"))).isFile);
  });
  await withCapio(
    options,
    () => Deno.writeTextFile(path("in.txt"), "not enforced"),
  );
});

Deno.test("enforceGraph lets no app remove or make foreign entries in a shared directory", async () => {
  using dir = new TestDirectory();
  const path = (name: string) => `${dir.path}/${name}`;
  await Deno.mkdir(path("shared/deep"), { recursive: true });
  await Deno.writeTextFile(path("shared/deep/of another"), "kept");
  const rules: CapioClRule[] = [
    { path: "shared/mine", producers: ["step"] },
    { path: "shared/deep/mine", producers: ["step"] },
  ];
  const options = { capioDir: dir.path, appName: "step", rules };
  await withCapio({ ...options, enforceGraph: true }, async () => {
    await Deno.writeTextFile(path("shared/mine"), "");
    for (
      const call of [
        () => Deno.remove(path("shared"), { recursive: true }),
        () => fsPromises.rm(path("shared"), { recursive: true }),
        () => Deno.makeTempFile({ dir: path("shared") }),
        () => Deno.makeTempDir({ dir: path("shared") }),
        () => fsPromises.mkdtemp(path("shared/x")),
      ]
    ) await assertRejects(call, Deno.errors.NotCapable, '"step" may not');
    await Deno.remove(path("shared/mine"));
  });
  assertEquals(dir.list(), ["shared", "shared/deep", "shared/deep/of another"]);
});

Deno.test("a path that a flag denies is denied in the spool, too", async () => {
  using dir = new TestDirectory();
  const options = { capioDir: dir.path };
  await using step = new Step({
    ...options,
    args: [dir.path],
    flags: [
      `--deny-read=${dir.path}/secret`,
      `--deny-write=${dir.path}/fixed`,
    ],
    code: `
      const [dir] = Deno.args;
      await Deno.writeTextFile(dir + "/secret", "");
      for (const call of [
        () => Deno.readTextFile(dir + "/secret"),
        () => Deno.open(dir + "/secret"),
        () => Deno.stat(dir + "/secret"),
        () => Deno.writeTextFile(dir + "/fixed", ""),
        () => Deno.mkdir(dir + "/fixed"),
        () => Deno.rename(dir + "/secret", dir + "/x"),
      ]) await call().then(() => console.log("allowed"), (e) => console.log(e.name));`,
  });
  const { stdout } = await step.result;
  assertEquals(stdout.trim().split("\n"), Array(6).fill("NotCapable"));
});

Deno.test("an excluded file may lie in a directory that was just made", async () => {
  using dir = new TestDirectory();
  const rules: CapioClRule[] = [{ path: "*.tmp", isExcluded: true }];
  await withCapio({ capioDir: dir.path, rules }, async () => {
    await Deno.mkdir(`${dir.path}/new/deep`, { recursive: true });
    await Deno.writeTextFile(`${dir.path}/new/deep/a.tmp`, "");
    await Deno.writeTextFile(`${dir.path}/new/deep/b`, "");
    assertEquals(dir.list().filter((name) => !name.startsWith(".")), [
      "new",
      "new/deep",
      "new/deep/a.tmp",
    ]);
    const names = Array.from(
      Deno.readDirSync(`${dir.path}/new/deep`),
      ({ name }) => name,
    );
    assertEquals(names.toSorted(), ["a.tmp", "b"]);
  });
  assertEquals(dir.list(), [
    "new",
    "new/deep",
    "new/deep/a.tmp",
    "new/deep/b",
  ]);
});

Deno.test("contradicting configurations are refused", async () => {
  using dir = new TestDirectory();
  const rule = (count: number): CapioClRule[] => [
    { path: "a", committed: "on_close", closeCount: count },
  ];
  await withCapio({ capioDir: dir.path, rules: rule(1) }, async () => {
    await assertRejects(
      () => withCapio({ capioDir: dir.path, rules: rule(2) }, () => {}),
      CapioError,
    );
  });
  assertEquals(dir.list(), []);
});

Deno.test("wrong options are refused by name", () => {
  const mistakes: [options: Record<string, unknown>, message: string][] = [
    [{ capioDir: 5 }, `"capioDir" must be a path or a file URL, found 5`],
    [{ capioDir: new URL("http://x/") }, `"capioDir" must be a path`],
    [{ capioClConfigurationFile: null }, `"capioClConfigurationFile" must be`],
    [{ scope: "all" }, `"scope" must be "async" or "process", found "all"`],
    [{ enforceGraph: 1 }, `"enforceGraph" must be true or false, found 1`],
    [{ silent: "no" }, `"silent" must be true or false, found "no"`],
    [{ signal: {} }, `"signal" must be an AbortSignal, found {}`],
    [{ rules: { path: "a" } }, `"rules" must be an array of rules`],
    [{ rules: [null] }, '"rule" must be an object, found null'],
  ];
  for (const [options, message] of mistakes) {
    assertThrows(() => enterCapio(options), TypeError, message);
  }
  assertThrows(
    () => enterCapio({ openTimeoutSeconds: "5" as unknown as number }),
    TypeError,
    `"openTimeoutSeconds" must be a non-negative number, found "5"`,
  );
  assertThrows(
    () => enterCapio({ openTimeoutSeconds: -1 }),
    RangeError,
    `"openTimeoutSeconds" must be a non-negative number, found -1`,
  );
  assertThrows(
    () => enterCapio({ appName: "" }),
    RangeError,
    `"appName" must be a non-empty string, found ""`,
  );
  assertThrows(
    () => enterCapio({ workflowName: "" }),
    RangeError,
    `"workflowName" must be a non-empty string, found ""`,
  );
  assertThrows(
    () => enterCapio({ capioDir: "/nowhere/at/all" }),
    Deno.errors.NotFound,
    "create it first",
  );
});
