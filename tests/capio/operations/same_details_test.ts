/**
 * Details of Deno's own calls that other people's suites see: options that are
 * read once, times, iterators and the streams of closed files.
 */
import { assertEquals } from "@std/assert";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { withCapio } from "../../../src/capio/session/context.ts";
import { assertSameInside, said } from "../outcome.ts";
import { TestDirectory } from "../step.ts";

/** Options whose accessor answers `first` once, and then `then`. */
function changing(name: string, first: unknown, then: unknown): object {
  let reads = 0;
  return {
    get [name]() {
      return reads++ === 0 ? first : then;
    },
  };
}

/** Calls with options, and the ones that have an accessor. */
const calls: Record<
  string,
  [string[], (path: string, options: object) => unknown]
> = {
  "Deno.open": [["read", "write", "create"], async (path, options) => {
    using _ = await Deno.open(path, options);
  }],
  "Deno.writeTextFile": [
    ["append", "create", "createNew"],
    (path, options) => Deno.writeTextFile(path, "x", options),
  ],
  "Deno.writeTextFileSync": [
    ["append"],
    (path, options) => Deno.writeTextFileSync(path, "x", options),
  ],
  "Deno.readTextFile": [
    ["signal"],
    (path, options) => Deno.readTextFile(path, options),
  ],
  "Deno.mkdir": [
    ["recursive", "mode"],
    (path, options) => Deno.mkdir(`${path}.d`, options),
  ],
  "Deno.remove": [["recursive"], (path, options) => Deno.remove(path, options)],
  "fs.writeFile": [
    ["flag", "encoding"],
    (path, options) => fsPromises.writeFile(path, "x", options),
  ],
  "fs.readFileSync": [
    ["encoding"],
    (path, options) => fs.readFileSync(path, options),
  ],
  "fs.rmSync": [
    ["recursive", "force"],
    (path, options) => fs.rmSync(path, options),
  ],
};

for (const [name, [options, call]] of Object.entries(calls)) {
  Deno.test(`options are read once: ${name}`, async () => {
    using dir = new TestDirectory();
    await withCapio({ capioDir: dir.path, openTimeoutSeconds: 0 }, async () => {
      for (const option of options) {
        const path = `${dir.path}/${option}`;
        Deno.writeTextFileSync(path, "text");
        let reads = 0;
        const counting = {
          ...(name === "Deno.open" && { read: true, write: true }),
        };
        Object.defineProperty(counting, option, {
          enumerable: true,
          get() {
            reads++;
            return option === "encoding" ? "utf8" : undefined;
          },
        });
        await said(() => call(path, counting), dir.path);
        assertEquals([option, reads], [option, 1]);
      }
    });
  });
}

Deno.test("an accessor that answers differently the next time gets past no check", async () => {
  using dir = new TestDirectory();
  const cl = dir.writeCl({ app: { reads: ["in"], writes: ["out"] } });
  Deno.writeTextFileSync(`${dir.path}/in`, "in");
  await withCapio({
    capioDir: dir.path,
    appName: "app",
    capioClConfigurationFile: cl,
    enforceGraph: true,
  }, async () => {
    for (const first of [true, false, undefined]) {
      const options = Object.defineProperties({ read: true }, {
        ...Object.getOwnPropertyDescriptors(changing("write", first, !first)),
      });
      const outcome = await said(async () => {
        using file = await Deno.open(`${dir.path}/in`, options);
        await file.write(new Uint8Array(1));
      }, dir.path);
      // It is refused, or the file is open for reading alone.
      assertEquals(outcome === "done", false, outcome);
    }
  });
  assertEquals(Deno.readTextFileSync(`${dir.path}/in`), "in");
});

// deno-lint-ignore no-explicit-any -- more arguments than the calls take
type Any = any;
const details: Record<string, (dir: string) => unknown> = {
  "a third argument of open is ignored": async (dir) => {
    const write = { write: true, create: true, truncate: true };
    using file = await (Deno.open as Any)(`${dir}/real.txt`, undefined, write);
    using other = (Deno.openSync as Any)(
      `${dir}/real.txt`,
      { read: true },
      write,
    );
    return [
      await said(() => file.write(new Uint8Array(1)), dir),
      await said(() => other.writeSync(new Uint8Array(1)), dir),
    ];
  },
  "a synchronous read ignores a signal": (dir) =>
    (Deno.readTextFileSync as Any)(`${dir}/real.txt`, {
      signal: AbortSignal.abort("why"),
    }),
  "writeTextFile takes for false what is no boolean": async (dir) => {
    await Deno.writeTextFile(`${dir}/real.txt`, "x", { append: 1 } as Any);
    await Deno.writeTextFile(`${dir}/new.txt`, "x", {
      create: null,
      createNew: 0,
    } as Any);
    return [
      Deno.readTextFileSync(`${dir}/real.txt`),
      Deno.readTextFileSync(`${dir}/new.txt`),
    ];
  },
  "next of readDir, several at once and past the end": async (dir) => {
    const iterator = Deno.readDir(`${dir}/full`)[Symbol.asyncIterator]();
    const all = [0, 1, 2, 3].map(() => said(() => iterator.next(), dir));
    return [await Promise.all(all), await iterator.next()];
  },
  "next of readDir after return": async (dir) => {
    const iterator = Deno.readDir(dir)[Symbol.asyncIterator]();
    await iterator.next();
    return [await iterator.return?.("x"), await iterator.next()];
  },
  "next of readDir of a missing directory, again and again": async (dir) => {
    const iterator = Deno.readDir(`${dir}/none`)[Symbol.asyncIterator]();
    const next = () => said(() => iterator.next(), dir);
    return [await Promise.all([next(), next()]), await next()];
  },
  "the iterator of readDir": (dir) => {
    const iterator = Deno.readDir(dir)[Symbol.asyncIterator]() as Any;
    return [Object.keys(iterator), typeof iterator.throw];
  },
  "writing to the stream of a closed file": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    const writer = file.writable.getWriter();
    file.close();
    const closed = writer.closed.catch(String);
    const write = () => writer.write(new Uint8Array(100_000));
    return [writer.desiredSize, await said(write, dir), await closed];
  },
  "reading the stream of a closed file": async (dir) => {
    const seen = [];
    for (const options of [{ read: true }, { read: true, write: true }]) {
      const file = await Deno.open(`${dir}/real.txt`, options);
      const reader = file.readable.getReader();
      file.close();
      seen.push(await said(() => reader.read(), dir));
    }
    return seen;
  },
  "closing the stream of a closed file": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    const writer = file.writable.getWriter();
    file.close();
    return await said(() => writer.close(), dir);
  },
  "renaming what has an impossible name": async (dir) => {
    const names = ["a\0b", "x".repeat(300), "real.txt/x"];
    const seen = [];
    for (const name of names) {
      const [one, other] = [`${dir}/${name}`, `${dir}/real.txt`];
      seen.push(await said(() => Deno.rename(one, `${dir}/new`), dir));
      seen.push(await said(() => Deno.renameSync(other, one), dir));
    }
    return seen;
  },
  "what truncate returns": async (dir) => {
    using file = await Deno.create(`${dir}/new.txt`);
    return [await file.truncate(5), file.truncateSync()];
  },
  "link takes no URL": (dir) =>
    said(
      () => Deno.link(new URL(`file://${dir}/real.txt`) as Any, `${dir}/l`),
      dir,
    ),
};

for (const [name, run] of Object.entries(details)) {
  Deno.test(`as outside: ${name}`, () => assertSameInside(run));
}

/** Times in all the forms that the calls take. */
const TIMES = [
  0,
  1.5,
  1000.001,
  1700000000.123,
  1700000000.9996,
  1234567890.987654,
  "1700000000.123",
  new Date(1700000000123),
  new Date(5),
];

const ways: Record<string, (path: string, time: Any) => unknown> = {
  "Deno.utime": (path, time) => Deno.utime(path, time, time),
  "Deno.utimeSync": (path, time) => Deno.utimeSync(path, time, time),
  "FsFile.utime": async (path, time) => {
    using file = await Deno.open(path, { read: true, write: true });
    await file.utime(time, time);
  },
  "fs.utimes": (path, time) => fsPromises.utimes(path, time, time),
  "fs.lutimesSync": (path, time) => fs.lutimesSync(path, time, time),
  "fs.futimesSync": (path, time) => {
    const fd = fs.openSync(path, "r+");
    fs.futimesSync(fd, time, time);
    fs.closeSync(fd);
  },
  "FileHandle.utimes": async (path, time) => {
    const handle = await fsPromises.open(path, "r+");
    await handle.utimes(time, time).finally(() => handle.close());
  },
};

for (const [name, set] of Object.entries(ways)) {
  Deno.test(`as outside: times, also through a copy and publication: ${name}`, async () => {
    const seen: unknown[][] = [];
    for (const isInside of [false, true]) {
      using dir = new TestDirectory();
      const outcomes: unknown[] = [];
      const path = (index: number) => `${dir.path}/${index}`;
      const look = (index: number) => fs.statSync(path(index)).mtimeMs;
      for (const index of TIMES.keys()) Deno.writeTextFileSync(path(index), "");
      const run = async () => {
        for (const [index, time] of TIMES.entries()) {
          const outcome = await said(() => set(path(index), time), dir.path);
          // An opening alone changes nothing.
          fs.closeSync(fs.openSync(path(index), "r+"));
          outcomes.push(outcome, outcome === "done" && look(index));
        }
      };
      await (isInside ? withCapio({ capioDir: dir.path }, run) : run());
      for (const index of TIMES.keys()) {
        if (outcomes[2 * index] === "done") outcomes.push(look(index));
      }
      seen.push(outcomes);
    }
    assertEquals(seen[1], seen[0]);
  });
}

const missing: Record<string, (path: string) => unknown> = {
  "Deno.open": (path) => Deno.open(path),
  "Deno.readFile": (path) => Deno.readFile(path),
  "Deno.copyFileSync": (path) => Deno.copyFileSync(path, `${path}.copy`),
  "fs.readFileSync": (path) => fs.readFileSync(path),
  "fs.promises.open": (path) => fsPromises.open(path),
  "fs.promises.copyFile": (path) => fsPromises.copyFile(path, `${path}.copy`),
};

/** What a failed call says, with the properties of the error. */
async function failure(call: () => unknown): Promise<object> {
  const error = await Promise.try(call).then(
    () => new Error("It did not fail"),
    (error) => error,
  );
  const { code, syscall, path, dest, errno } = error;
  const { name, message } = error;
  return { name, message, code, syscall, path, dest, errno };
}

Deno.test("a call that has waited in vain fails as outside, and says so", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/none`;
  for (const [name, call] of Object.entries(missing)) {
    const outside = await failure(() => call(path));
    const inside = await withCapio(
      { capioDir: dir.path, openTimeoutSeconds: 0.02 },
      () => failure(() => call(path)),
    );
    const reason = ": nobody created it within 0.02 seconds";
    const message = Reflect.get(outside, "message") + reason;
    assertEquals(inside, { ...outside, message }, name);
  }
});

Deno.test("a missing file has the code of the system also when its producer has left", async () => {
  using dir = new TestDirectory();
  const rules = [{ path: "none", producers: ["maker"] }];
  const options = { capioDir: dir.path, rules };
  await withCapio({ ...options, appName: "reader" }, async () => {
    await withCapio({ ...options, appName: "maker" }, () => {});
    const read = () => Deno.readTextFile(`${dir.path}/none`);
    assertEquals(Reflect.get(await failure(read), "code"), "ENOENT");
  });
});

Deno.test("what is written under one name of a finished file is read under all", async () => {
  using dir = new TestDirectory();
  const rules = [{ path: "*", committed: "on_close" }] as const;
  const [one, two, three] = ["one", "two", "three"].map((it) =>
    `${dir.path}/${it}`
  );
  await withCapio({ capioDir: dir.path, rules }, async () => {
    Deno.writeTextFileSync(one, "1");
    Deno.linkSync(one, two);
    await fsPromises.link(two, three);
    Deno.writeTextFileSync(two, "22");
    assertEquals(Deno.readTextFileSync(one), "22");
    await Deno.writeTextFile(one, "3", { append: true });
    assertEquals(await fsPromises.readFile(three, "utf8"), "223");
    Deno.truncateSync(three, 1);
    Deno.removeSync(one);
    assertEquals(Deno.readTextFileSync(two), "2");
  });
  assertEquals(Deno.statSync(two).nlink, 2);
  assertEquals(dir.list(), ["three", "two"]);
});

Deno.test("nothing is waited for below a file, without a configuration either", async () => {
  using dir = new TestDirectory();
  Deno.writeTextFileSync(`${dir.path}/real`, "");
  await withCapio({ capioDir: dir.path }, async () => {
    Deno.writeTextFileSync(`${dir.path}/new`, "");
    for (const path of ["real/x", "new/x/y"]) {
      const error = await failure(() => Deno.readFile(`${dir.path}/${path}`));
      assertEquals(Reflect.get(error, "code"), "ENOTDIR");
      const read = () => fs.readFileSync(`${dir.path}/${path}`);
      assertEquals(Reflect.get(await failure(read), "code"), "ENOTDIR");
    }
  });
});
