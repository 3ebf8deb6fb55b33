import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import {
  bufferIterator,
  BufferIteratorIO,
  type ByteSource,
  tee,
} from "../../../src/streams/mod.ts";
import { collect, pattern, temporaryFile } from "../_data.ts";

const data = pattern(70_000);

Deno.test("bytes can be read from every kind of source", async (t) => {
  using file = await temporaryFile(data);
  const kinds: Record<string, () => ByteSource> = {
    "a Uint8Array": () => data,
    "a Node Buffer in the middle of its memory": () => {
      const whole = Buffer.alloc(data.length + 20);
      whole.set(data, 7);
      return whole.subarray(7, 7 + data.length);
    },
    "bytes in shared memory": () => {
      const shared = new Uint8Array(new SharedArrayBuffer(data.length));
      shared.set(data);
      return shared;
    },
    "bytes in resizable memory": () => {
      const buffer = new ArrayBuffer(data.length, { maxByteLength: 2 ** 20 });
      const bytes = new Uint8Array(buffer);
      bytes.set(data);
      return bytes;
    },
    "a file": () => file.open(),
    "an object with read": () => {
      const opened = file.open();
      return { read: (into: Uint8Array) => opened.read(into) };
    },
    "an object whose read finds nothing at times": () => {
      const opened = file.open();
      let turn = 0;
      return {
        read: (into: Uint8Array) =>
          ++turn % 2 ? Promise.resolve(0) : opened.read(into),
      };
    },
    "an object with readSync": () => {
      const opened = file.open();
      return { readSync: (into: Uint8Array) => opened.readSync(into) };
    },
    "a byte stream": () => Deno.openSync(file.path).readable,
    "a byte stream that never fills the reader's buffer": () => byteStream(),
    "a stream of chunks": () => ReadableStream.from(parts(1_000)),
    "a stream of chunks of one megabyte or none": () =>
      ReadableStream.from([new Uint8Array(), data, new Uint8Array()]),
    "a Blob": () => new Blob([data]),
    "a Response": () => new Response(data),
    "a Request": () =>
      new Request("https://example.com", { method: "POST", body: data }),
    "an array": () => [...parts(999)],
    "a generator": () => parts(65_536),
    "a generator that uses its buffer again": () => reusing(1_000),
    "an asynchronous generator": () => later(333),
    "an iterator with promises of its own kind": () => thenables(),
    "a stream of node:stream": () =>
      Readable.from(parts(777), { objectMode: false }),
  };
  for (const [kind, open] of Object.entries(kinds)) {
    await t.step(kind, async () => {
      assertEquals(await collect(bufferIterator(open())), data);
      assertEquals(
        await collect(bufferIterator(open(), { bufferSize: 1_001 })),
        data,
      );
      const [a, b] = tee(open());
      assertEquals(await Promise.all([collect(a), collect(b)]), [data, data]);
      const io = new BufferIteratorIO(open());
      assertEquals(await io.read(data.length - 1), data.slice(0, -1));
      assertEquals(await io.read(), data.slice(-1));
      assertEquals(await io.read(), new Uint8Array());
    });
  }
});

Deno.test("a Response without a body is empty", async () => {
  assertEquals(await collect(bufferIterator(new Response())), new Uint8Array());
});

Deno.test("a connection is read, and stays open", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [server, client] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  using _ = server;
  using connection = client;
  await server.write(pattern(100));
  const io = new BufferIteratorIO(connection);
  assertEquals(await io.read(60), pattern(100).slice(0, 60));
  const waiting = assertRejects(() => io.read(50), Deno.errors.BadResource);
  await io.close();
  await waiting;
  assertEquals(await connection.write(new Uint8Array(1)), 1);
});

Deno.test("a named pipe never blocks the event loop", async () => {
  using file = await temporaryFile(data);
  const path = `${file.path}.pipe`;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  try {
    // Open for both, so that no open waits for the other side.
    using writer = await Deno.open(path, { read: true, write: true });
    using pipe = await Deno.open(path);
    await writer.write(pattern(100));
    const io = new BufferIteratorIO(pipe);
    assertEquals(await io.read(100), pattern(100));
    const read = io.read(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await writer.write(pattern(10));
    assertEquals(await read, pattern(10));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a file of a subclass is read with its own read, and never synchronously", async () => {
  class UpperCaseFile extends Deno.FsFile {
    override async read(into: Uint8Array) {
      const count = await super.read(into);
      for (let i = 0; i < (count ?? 0); i++) into[i] &= ~32;
      return count;
    }
    override readSync(): never {
      throw new Error("readSync was called");
    }
    override statSync(): never {
      throw new Error("statSync was called");
    }
  }
  using file = await temporaryFile(new TextEncoder().encode("abc"));
  const opened = Object.setPrototypeOf(file.open(), UpperCaseFile.prototype);
  const bytes = await collect(bufferIterator(opened));
  assertEquals(new TextDecoder().decode(bytes), "ABC");
});

Deno.test("a text is read as its bytes in UTF-8", async () => {
  for (const text of ["", "\uFEFFä€😀\r\n".repeat(1_000)]) {
    const bytes = new TextEncoder().encode(text);
    assertEquals(await collect(bufferIterator(text)), bytes);
    const inParts = bufferIterator(text, { bufferSize: 7, maxBytes: 20 });
    assertEquals(await collect(inParts), bytes.slice(0, 20));
    for (const branch of tee(text, 2, { maxLag: Infinity })) {
      assertEquals(await collect(branch), bytes);
    }
  }
});

Deno.test("a value that is no source of bytes is refused at once", async () => {
  const used = new Response("abc");
  await used.text();
  const locked = new Blob([data]).stream();
  locked.getReader();
  const lockedResponse = new Response(data);
  lockedResponse.body?.getReader();
  const wrong: [unknown, string][] = [
    [
      7,
      `"source" must be a string, a stream, a reader, a Blob, a Response, a Request, a Uint8Array or an iterable of Uint8Array, found 7`,
    ],
    [
      "\udc00",
      '"source" must be a string without lone surrogates, found',
    ],
    [undefined, "found undefined"],
    [null, "found null"],
    [5, "found 5"],
    [{}, "found {}"],
    [new ArrayBuffer(8), "found ArrayBuffer"],
    [new Uint16Array(2), "found Uint16Array"],
    [new DataView(new ArrayBuffer(8)), "found DataView"],
    [Promise.resolve(data), "found Promise"],
    [used, "the body of the Response is already used"],
    [locked, "it is a ReadableStream that another reader has locked"],
    [lockedResponse, "it is a ReadableStream that another reader has locked"],
  ];
  for (const [source, message] of wrong) {
    for (const use of [bufferIterator, tee]) {
      assertThrows(() => void use(source as Uint8Array), TypeError, message);
    }
    assertThrows(
      () => new BufferIteratorIO(source as Uint8Array),
      TypeError,
      message,
    );
  }
});

Deno.test("a chunk that is not bytes is named, and the source is released", async () => {
  let left = false;
  function* numbers() {
    try {
      yield new Uint8Array(1);
      yield 5 as unknown as Uint8Array;
    } finally {
      left = true;
    }
  }
  await assertRejects(
    () => collect(bufferIterator(numbers())),
    TypeError,
    "Cannot read a chunk of the source: expected a Uint8Array, found 5",
  );
  assert(left);
});

Deno.test("a read that returns something else than a count is named", async () => {
  for (const answer of [-1, 1.5, 10 ** 9, NaN, undefined, { bytesRead: 3 }]) {
    const source = { read: () => Promise.resolve(answer as number) };
    await assertRejects(
      () => collect(bufferIterator(source)),
      TypeError,
      `Cannot read the source: its "read" must return null or a number of bytes up to 16384, found ${
        Deno.inspect(answer)
      }`,
    );
  }
});

Deno.test("an iterator is returned when its reader stops early, not at its end", async () => {
  let returns = 0;
  const chunks = () => {
    const parts = [pattern(5), pattern(5)].values();
    return {
      [Symbol.iterator]() {
        return this;
      },
      next: () => parts.next(),
      return() {
        returns++;
        return { done: true, value: undefined } as const;
      },
    };
  };
  await collect(bufferIterator(chunks()));
  await using io = new BufferIteratorIO(chunks());
  await io.read();
  await io.close();
  assertEquals(returns, 0);
  await bufferIterator(chunks()).cancel();
  const options = { bufferSize: 5 };
  for await (const _chunk of bufferIterator(chunks(), options)) break;
  for await (const _chunk of tee(chunks(), 1, options)[0]) break;
  assertEquals(returns, 3);
});

Deno.test("a chunk whose buffer is taken away while it is read is an error, not the end", async () => {
  const chunk = pattern(100);
  const io = new BufferIteratorIO([chunk]);
  await io.read(10);
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  await assertRejects(
    () => io.read(10),
    TypeError,
    "Cannot read on in a chunk of 100 bytes: its buffer was detached or shrunk while the chunk was being read",
  );
});

Deno.test("a file that is closed while it is read is an error, not the end", async () => {
  using file = await temporaryFile(data);
  const opened = file.open();
  const io = new BufferIteratorIO(opened);
  await io.read(10);
  opened.close();
  await assertRejects(() => io.read(10), Deno.errors.BadResource);
  await io.close();
});

function* parts(size: number) {
  for (let i = 0; i < data.length; i += size) {
    yield data.subarray(i, i + size);
    yield new Uint8Array();
  }
}

async function* later(size: number) {
  for (const part of parts(size)) yield await Promise.resolve(part);
}

function* reusing(size: number) {
  const buffer = new Uint8Array(size);
  for (const part of parts(size)) {
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0);
  }
}

function byteStream(): ReadableStream<Uint8Array> {
  const chunks = parts(1_000);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else if (value.length > 0) controller.enqueue(value.slice());
      else this.pull?.(controller);
    },
  });
}

function thenables(): AsyncIterable<Uint8Array> {
  const chunks = parts(5_000);
  const next = () => ({
    then: (resolve: (result: IteratorResult<Uint8Array>) => void) =>
      queueMicrotask(() => resolve(chunks.next())),
  });
  return {
    [Symbol.asyncIterator]: () =>
      ({ next }) as unknown as AsyncIterator<Uint8Array>,
  };
}
