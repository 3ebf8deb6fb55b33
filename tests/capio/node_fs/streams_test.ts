/**
 * Streams of `node:fs`, however a program makes them: destroyed half-way they
 * lose their file, finished they commit it, and destroyed while they wait they
 * stop waiting.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import { once } from "node:events";
import fs, { createReadStream, createWriteStream } from "node:fs";
import fsPromises from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Buffer } from "node:buffer";
import util from "node:util";
import { withCapio } from "../../../src/capio/session/context.ts";
import { TestDirectory } from "../step.ts";

type Path = string;
// deno-lint-ignore no-explicit-any -- as programs in JavaScript see it
type Any = any;

/** A copy from before any context, as a library takes at its start. */
const copy = { ...fs };
/** The same, in the way of graceful-fs. */
const clone: Any = Object.create(
  Object.getPrototypeOf(fs),
  Object.getOwnPropertyDescriptors(fs),
);

/** A copy from an earlier context. */
const earlier = await withCapio({
  capioDir: Deno.cwd(),
  workflowName: crypto.randomUUID(),
}, () => ({ ...fs }));

/** Functions that hand each call on after a moment, as wrappers do. */
const delayed: Any = Object.fromEntries(
  ["open", "read", "write", "writev", "close", "fsync"].map((name) => [
    name,
    (...args: unknown[]) => setTimeout(() => (fs as Any)[name](...args), 1),
  ]),
);

/** Each file in the hands of another promise chain than that of its stream. */
const promised: Any = {
  open: (path: Path, flags: string, mode: number, done: Any) =>
    util.promisify(fs.open)(path, flags, mode).then(
      (fd) => done(null, fd),
      done,
    ),
  read: (fd: number, ...args: Any[]) => {
    const done = args.pop();
    (util.promisify(fs.read) as Any)(fd, ...args).then(
      ({ bytesRead, buffer }: Any) => done(null, bytesRead, buffer),
      done,
    );
  },
  write: fs.write,
  close: (fd: number, done: Any) =>
    Promise.resolve().then(() => fs.closeSync(fd)).then(() => done(null), done),
};

class Inherited extends (fs.WriteStream as Any) {
  constructor(path: Path) {
    super(path, { highWaterMark: 16 });
  }
}

class WithOwnDestroy extends fs.WriteStream {
  override _destroy(_: unknown, done: Any) {
    const { fd } = this as Any;
    if (typeof fd === "number") fs.close(fd, done);
    else done(null);
  }
}

/** As graceful-fs makes its classes. */
function Graceful(this: Any, path: Path, options: unknown): Any {
  if (!(this instanceof (Graceful as Any))) {
    return Reflect.construct(Graceful, [path, options]);
  }
  (fs.WriteStream as Any).call(this, path, options);
}
Graceful.prototype = Object.create(fs.WriteStream.prototype);
Graceful.prototype.constructor = Graceful;
Graceful.prototype.open = function (this: Any) {
  fs.open(this.path, this.flags, this.mode, (error, fd) => {
    if (error) {
      this.destroy();
      this.emit("error", error);
    } else {
      this.fd = fd;
      this.emit("open", fd);
    }
  });
};

function Utilities(this: Any, path: Path): void {
  (fs.WriteStream as Any).call(this, path);
}
util.inherits(Utilities, fs.WriteStream);

const writeStreams: Record<string, (path: Path) => Any> = {
  createWriteStream: (path) => fs.createWriteStream(path),
  "createWriteStream of an import": (path) => createWriteStream(path),
  "createWriteStream of a copy": (path) => copy.createWriteStream(path),
  "createWriteStream of a clone": (path) => clone.createWriteStream(path),
  "the class": (path) => new fs.WriteStream(path as Any),
  "the class of a copy": (path) => new (copy.WriteStream as Any)(path),
  "the class, called": (path) => (fs.WriteStream as Any)(path),
  "a URL": (path) => fs.createWriteStream(new URL(`file://${path}`)),
  "a class that extends it": (path) => new Inherited(path),
  "a class with a _destroy of its own": (path) =>
    new WithOwnDestroy(path as Any),
  "util.inherits": (path) => new (Utilities as Any)(path),
  "Reflect.construct": (path) =>
    Reflect.construct(fs.WriteStream, [path], Inherited),
  "an open of its own": (path) => new (Graceful as Any)(path),
  "a descriptor": (path) =>
    fs.createWriteStream("", { fd: fs.openSync(path, "w") }),
  "a descriptor, closed by the program's functions": (path) =>
    fs.createWriteStream("", { fd: fs.openSync(path, "w"), fs: delayed }),
  "a FileHandle": async (path) =>
    (await fsPromises.open(path, "w")).createWriteStream(),
  "a FileHandle as fd": async (path) =>
    fs.createWriteStream("", { fd: await fsPromises.open(path, "w") }),
  "a copy as fs": (path) => fs.createWriteStream(path, { fs: { ...fs } }),
  "functions that are late": (path) =>
    fs.createWriteStream(path, { fs: delayed }),
  "functions with promises": (path) =>
    fs.createWriteStream(path, { fs: promised }),
  "createWriteStream of an earlier context": (path) =>
    earlier.createWriteStream(path),
  "the class of an earlier context": (path) =>
    new (earlier.WriteStream as Any)(path),
};

/** Ways in which a stream ends before it is finished. */
const endings: Record<string, (stream: Any) => unknown> = {
  "with an error": (stream) => {
    stream.destroy(new Error("on purpose"));
  },
  "before it is open": () => {},
  "half-way": async (stream) => {
    await new Promise((written) => stream.write("half", written));
    stream.destroy();
  },
  "during a write": (stream) => {
    stream.write("half");
    setTimeout(() => stream.destroy(), 2);
  },
  "at its end": (stream) => {
    stream.end("half");
    stream.destroy();
  },
};

for (const [name, make] of Object.entries(writeStreams)) {
  Deno.test(`a write stream loses its file when it is destroyed: ${name}`, async () => {
    for (const [when, end] of Object.entries(endings)) {
      using dir = new TestDirectory();
      const path = `${dir.path}/out.txt`;
      const options = streamedHere(dir.path, "writer");
      await withCapio(options, async () => {
        const other = fs.createWriteStream(`${dir.path}/other.txt`);
        const stream = await make(path);
        const closed = new Promise((resolve) => stream.on("close", resolve));
        stream.on("error", () => {});
        await end(stream);
        if (when === "before it is open") stream.destroy();
        await deadline(closed, 5000);
        other.end("other");
        await once(other, "close");
        await withCapio({ ...options, appName: "reader" }, async () => {
          const { code } = await assertRejects(
            () => fsPromises.readFile(path),
            Error,
          ) as NodeJS.ErrnoException;
          assertEquals([when, code], [when, "WRITER_LOST"]);
        });
      });
      assertEquals([when, ...dir.list()], [when, "other.txt"]);
    }
  });

  Deno.test(`a write stream commits its file when it is finished: ${name}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/out.txt`;
    await withCapio(streamedHere(dir.path, "writer"), async () => {
      const stream = await make(path);
      await pipeline(Readable.from(["all", " of", " it"]), stream);
      // Nothing is left to lose.
      stream.destroy();
      const ended = await withCapio(
        streamedHere(dir.path, "reader"),
        () => fsPromises.readFile(path, "utf8"),
      );
      assertEquals(ended, "all of it");
    });
    assertEquals(dir.list(), ["out.txt"]);
  });
}

class OwnRead extends fs.ReadStream {
  override _read(size: number) {
    const buffer = Buffer.alloc(size);
    fs.read((this as Any).fd, buffer, 0, size, null, (error, count) => {
      if (error) this.destroy(error);
      else this.push(count === 0 ? null : buffer.subarray(0, count));
    });
  }
}

class InheritedRead extends fs.ReadStream {}

const readStreams: Record<string, (path: Path) => Any> = {
  createReadStream: (path) => fs.createReadStream(path),
  "createReadStream of an import": (path) => createReadStream(path),
  "createReadStream of a copy": (path) => copy.createReadStream(path),
  "createReadStream of a clone": (path) => clone.createReadStream(path),
  "the class": (path) => new fs.ReadStream(path as Any),
  "a class that extends it": (path) => new InheritedRead(path as Any),
  "a class with a _read of its own": (path) => new OwnRead(path as Any),
  "by position": (path) => fs.createReadStream(path, { start: 0 }),
  "a copy as fs": (path) => fs.createReadStream(path, { fs: { ...fs } }),
  "functions that are late": (path) =>
    fs.createReadStream(path, { fs: delayed }),
  "functions with promises": (path) =>
    fs.createReadStream(path, { fs: promised }),
  "a descriptor": async (path) =>
    fs.createReadStream("", { fd: await util.promisify(fs.open)(path, "r") }),
  "a FileHandle": async (path) =>
    (await fsPromises.open(path)).createReadStream(),
  "a FileHandle as fd": async (path) =>
    new (fs.ReadStream as Any)("", { fd: await fsPromises.open(path) }),
};

for (const [name, make] of Object.entries(readStreams)) {
  Deno.test(`a read stream gets bytes at once, and its wait ends with it: ${name}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/out.txt`;
    await withCapio(streamedHere(dir.path, "writer"), async () => {
      const file = await Deno.create(path);
      await file.write(new TextEncoder().encode("half"));
      await withCapio(streamedHere(dir.path, "reader"), async () => {
        const stream = await make(path);
        const errors: unknown[] = [];
        stream.on("error", (error: unknown) => errors.push(error));
        const [chunk] = await deadline(once(stream, "data"), 5000);
        assertEquals(String(chunk), "half");
        // It waits for more now.
        await delay(20);
        stream.destroy();
        await deadline(once(stream, "close"), 5000);
        assertEquals(errors, []);
      });
      await file.write(new TextEncoder().encode(" and half"));
      file.close();
    });
    assertEquals(await Deno.readTextFile(path), "half and half");
  });
}

for (const name of Object.keys(readStreams).slice(0, 11)) {
  Deno.test(`a read stream that waits for its file ends when it is destroyed: ${name}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/out.txt`;
    await withCapio(streamedHere(dir.path, "reader"), async () => {
      for (const time of [0, 20]) {
        const stream = readStreams[name](path);
        const errors: unknown[] = [];
        stream.on("error", (error: unknown) => errors.push(error));
        if (time > 0) await delay(time);
        stream.destroy();
        await deadline(once(stream, "close"), 5000);
        assertEquals(errors, []);
      }
    });
  });
}

Deno.test("a handler of a stream's event reads until its buffer is full", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/out.txt`;
  await withCapio(streamedHere(dir.path, "writer"), async () => {
    const file = await Deno.create(path);
    await file.write(new TextEncoder().encode("half"));
    await withCapio(streamedHere(dir.path, "reader"), async () => {
      const stream = fs.createReadStream(path);
      const counts: Promise<number>[] = [];
      const read = () => {
        const fd = fs.openSync(path, "r");
        const { promise, resolve } = Promise.withResolvers<number>();
        fs.read(fd, Buffer.alloc(8), 0, 8, null, (_, count) => {
          fs.closeSync(fd);
          resolve(count);
        });
        counts.push(promise);
      };
      stream.once("open", read).once("data", read).once("close", read);
      await once(stream, "data");
      stream.destroy();
      await once(stream, "close");
      await file.write(new TextEncoder().encode(" and half"));
      assertEquals(await Promise.all(counts), [8, 8, 8]);
    });
    file.close();
  });
});

Deno.test("the classes of the streams are what they were when the last context ends", async () => {
  using dir = new TestDirectory();
  const prototypes = [fs.ReadStream.prototype, fs.WriteStream.prototype];
  const before = prototypes.map(Object.getOwnPropertyDescriptors);
  await withCapio({ capioDir: dir.path }, () => {
    fs.createReadStream(`${dir.path}/none`).on("error", () => {}).destroy();
  });
  assertEquals(prototypes.map(Object.getOwnPropertyDescriptors), before);
});

/** A file that one app of this process writes while another one reads it. */
function streamedHere(capioDir: string, appName: string) {
  return {
    capioDir,
    appName,
    rules: [{
      path: "out.txt",
      committed: "on_close",
      fire: "no_update",
      producers: ["writer"],
    }] as const,
  };
}
