import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { BufferIteratorIO } from "../../../src/streams/mod.ts";
import { collect, pattern } from "../_data.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("read gives exactly the bytes asked for, then those left, then none", async () => {
  const io = new BufferIteratorIO([pattern(10)]);
  assertEquals(await io.read(4), pattern(10).slice(0, 4));
  assertEquals(await io.read(4), pattern(10).slice(4, 8));
  assertEquals(await io.read(4), pattern(10).slice(8));
  assertEquals(await io.read(4), new Uint8Array());
  assertEquals(await io.read(), new Uint8Array());
});

Deno.test("reads of any size give the same bytes, whatever the size of chunks", async () => {
  const random = seededRandom();
  for (let round = 0; round < 100; round++) {
    const data = pattern(random.below(50_000));
    const most = 1 + random.below(20_000);
    const chunks = function* () {
      for (let taken = 0; taken < data.length;) {
        const size = random.below(most);
        yield data.subarray(taken, taken += size);
      }
    };
    const io = new BufferIteratorIO(chunks());
    for (let taken = 0; taken <= data.length;) {
      const size = 1 + random.below(most);
      const expected = data.slice(taken, taken + size);
      assertEquals(await io.read(size), expected);
      taken += size;
    }
  }
});

Deno.test("a read of more than there is takes no more memory than that", async () => {
  const io = new BufferIteratorIO([pattern(1_000)]);
  const bytes = await io.read(Number.MAX_SAFE_INTEGER);
  assertEquals(bytes, pattern(1_000));
  assertEquals(bytes.buffer.byteLength, 1_000);
});

Deno.test("what was read is not touched by what is read later", async () => {
  const shared = new Uint8Array(4);
  const io = new BufferIteratorIO((function* () {
    for (let i = 1; i <= 3; i++) yield shared.fill(i);
  })());
  const reads = [await io.read(4), await io.read(4), await io.read(4)];
  assertEquals(reads.map((bytes) => bytes[0]), [1, 2, 3]);
});

Deno.test("reads that are started at once get their bytes in that order", async () => {
  const io = new BufferIteratorIO(
    ReadableStream.from([pattern(7), pattern(5)]),
  );
  const reads = await Promise.all([
    io.read(3),
    io.read(3),
    io.read(6),
    io.read(1),
  ]);
  assertEquals(reads.map((bytes) => bytes.length), [3, 3, 6, 0]);
});

Deno.test("readable goes on where read stopped", async () => {
  const io = new BufferIteratorIO([pattern(100)]);
  await io.read(10);
  assertEquals(await collect(io.readable), pattern(100).slice(10));
  assertEquals(await io.read(), new Uint8Array());
});

Deno.test("read and a reader of readable take turns", async () => {
  const io = new BufferIteratorIO([pattern(100)]);
  const reader = io.readable.getReader({ mode: "byob" });
  await assertRejects(
    () => io.read(),
    TypeError,
    `Cannot read: "readable" is locked by another reader, release that one first`,
  );
  const { value } = await reader.read(new Uint8Array(5));
  assertEquals(value, pattern(5));
  reader.releaseLock();
  assertEquals(await io.read(5), pattern(100).slice(5, 10));
});

Deno.test("an error of the source fails the read that meets it, and all later ones", async () => {
  const error = new Error("no more");
  await using io = new BufferIteratorIO((function* () {
    yield pattern(5);
    throw error;
  })());
  assertEquals(await io.read(5), pattern(5));
  assertStrictEquals(await assertRejects(() => io.read(1)), error);
  assertStrictEquals(await assertRejects(() => io.read(1)), error);
  assertStrictEquals(await assertRejects(() => collect(io.readable)), error);
});

Deno.test("close releases the source and fails reads that wait and later ones", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    cancel(given) {
      reason = given;
    },
  });
  const io = new BufferIteratorIO(source);
  const waiting = assertRejects(
    () => io.read(),
    Deno.errors.BadResource,
    "Cannot read: the BufferIteratorIO is closed",
  );
  await Promise.resolve();
  await io.close();
  await waiting;
  assert(reason instanceof Deno.errors.BadResource);
  await assertRejects(() => io.read(), Deno.errors.BadResource);
  await assertRejects(() => collect(io.readable), Deno.errors.BadResource);
  await io.close();
});

Deno.test("await using closes, also when a reader has locked readable", async () => {
  let left = false;
  async function* bytes() {
    try {
      yield pattern(10);
      yield pattern(10);
    } finally {
      left = true;
    }
  }
  {
    await using io = new BufferIteratorIO(bytes());
    await io.readable.getReader({ mode: "byob" }).read(new Uint8Array(3));
  }
  assert(left);
});

Deno.test("a size that is no positive integer is refused", async () => {
  const io = new BufferIteratorIO(pattern(10));
  for (const size of [0, -1, 0.5, NaN, Infinity]) {
    await assertRejects(
      () => io.read(size),
      RangeError,
      `"size" must be a positive integer, found ${Deno.inspect(size)}`,
    );
  }
  assertEquals((await io.read()).length, 10);
});
