import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { bufferIterator, type ByteSource } from "../../../src/streams/mod.ts";
import { collect, pattern, temporaryFile } from "../_data.ts";
import {
  newSeed,
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { randomSource, readOnce } from "../_random_reads.ts";

Deno.test("every chunk has exactly bufferSize bytes, the last may be shorter", async () => {
  for (
    const [size, bufferSize] of [[0, 4], [8, 4], [10, 4], [3, 4], [
      70_000,
      65_537,
    ]]
  ) {
    const chunks = await Array.fromAsync(
      bufferIterator(pattern(size), { bufferSize }),
    );
    const expected = Array.from(
      { length: Math.ceil(size / bufferSize) },
      (_, i) => Math.min(bufferSize, size - i * bufferSize),
    );
    assertEquals(chunks.map((chunk) => chunk.length), expected);
    assertEquals(await collect(chunks), pattern(size));
  }
});

Deno.test("chunks are 1 MiB unless asked otherwise, and a small one keeps no big buffer", async () => {
  const chunks = await Array.fromAsync(bufferIterator(pattern(3_000_000)));
  assertEquals(chunks.map((it) => it.length), [1_048_576, 1_048_576, 902_848]);
  const [small] = await Array.fromAsync(bufferIterator(pattern(10)));
  assertEquals(small.buffer.byteLength, 10);
});

Deno.test("a reader with its own buffer has it filled whole, in place", async () => {
  using file = await temporaryFile(pattern(2_500));
  const reader = bufferIterator(file.open()).getReader({ mode: "byob" });
  const lengths: number[] = [];
  const parts: Uint8Array[] = [];
  let buffer = new Uint8Array(1_000);
  for (;;) {
    const { done, value } = await reader.read(buffer);
    if (done) break;
    assertEquals(value.buffer.byteLength, 1_000);
    lengths.push(value.length);
    parts.push(value.slice());
    buffer = new Uint8Array(value.buffer);
  }
  assertEquals(lengths, [1_000, 1_000, 500]);
  assertEquals(await collect(parts), pattern(2_500));
});

Deno.test("a slow source fills the caller's buffer as well as a fast one", async () => {
  const reader = bufferIterator(slowly(pattern(10_000), 300))
    .getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(8_192));
  assertEquals(value, pattern(10_000).slice(0, 8_192));
  await reader.cancel();
});

Deno.test("maxBytes cuts the last chunk, and the position of a file is right after it", async () => {
  using file = await temporaryFile(pattern(100));
  const opened = file.open();
  const chunks = await Array.fromAsync(
    bufferIterator(opened, { bufferSize: 8, maxBytes: 20 }),
  );
  assertEquals(chunks.map((chunk) => chunk.length), [8, 8, 4]);
  assertEquals(await opened.seek(0, Deno.SeekMode.Current), 20);
  const rest = await Array.fromAsync(bufferIterator(opened));
  assertEquals(await collect([...chunks, ...rest]), pattern(100));
});

Deno.test("maxBytes of 0 is an empty stream, and nothing is read", async () => {
  let reads = 0;
  const source = { read: () => Promise.resolve(++reads) };
  assertEquals(
    await Array.fromAsync(bufferIterator(source, { maxBytes: 0 })),
    [],
  );
  const reader = bufferIterator(source, { maxBytes: 0 })
    .getReader({ mode: "byob" });
  assertEquals((await reader.read(new Uint8Array(9))).done, true);
  assertEquals(reads, 0);
});

Deno.test("maxBytes cancels a stream that has more, reading no byte of it past them", async () => {
  let pulled = 0;
  let cancelled = false;
  const source = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byobRequest } = controller;
      assert(byobRequest?.view);
      pulled += byobRequest.view.byteLength;
      byobRequest.respond(byobRequest.view.byteLength);
    },
    cancel() {
      cancelled = true;
    },
  });
  await Array.fromAsync(
    bufferIterator(source, { bufferSize: 100, maxBytes: 250 }),
  );
  assertEquals(pulled, 250);
  assert(cancelled);
});

Deno.test("progress is told the total after each chunk and once more at the end", async () => {
  const steps: number[] = [];
  const progress = ({ step }: { step: number }) => void steps.push(step);
  await Array.fromAsync(
    bufferIterator(pattern(10), { bufferSize: 4, progress }),
  );
  assertEquals(steps, [4, 8, 10, 10]);
  steps.length = 0;
  await Array.fromAsync(
    bufferIterator(pattern(10), {
      bufferSize: 4,
      progress: { step: progress },
    }),
  );
  assertEquals(steps, [4, 8, 10, 10]);
});

Deno.test("an error that progress throws ends the stream and releases the source", async () => {
  const error = new Error("enough");
  const { source, left } = counting(pattern(100));
  const stream = bufferIterator(source, {
    bufferSize: 10,
    progress: () => {
      throw error;
    },
  });
  const reader = stream.getReader();
  assertEquals((await reader.read()).value?.length, 10);
  assertStrictEquals(await assertRejects(() => reader.read()), error);
  assertEquals(left(), 1);
});

Deno.test("an error of the source reaches the reader as that error", async () => {
  const error = new Error("disk on fire");
  const stream = bufferIterator({
    readSync() {
      throw error;
    },
  });
  assertStrictEquals(await assertRejects(() => Array.fromAsync(stream)), error);
});

Deno.test("the signal ends a stream that waits with its reason, and releases the source", async () => {
  const controller = new AbortController();
  let cancelReason: unknown;
  const source = new ReadableStream<Uint8Array>({
    cancel(reason) {
      cancelReason = reason;
    },
  });
  const reader = bufferIterator(source, { signal: controller.signal })
    .getReader();
  const read = reader.read();
  const reason = new Error("changed my mind");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => read), reason);
  assertStrictEquals(cancelReason, reason);
});

Deno.test("nothing is read when the signal has aborted before", async () => {
  let reads = 0;
  const source = { read: () => Promise.resolve(++reads) };
  const stream = bufferIterator(source, { signal: AbortSignal.abort("no") });
  assertEquals(await assertRejects(() => Array.fromAsync(stream)), "no");
  assertEquals(reads, 0);
});

Deno.test("cancelling cancels the source with the reason and leaves files open", async () => {
  const { source, left } = counting(pattern(100));
  await bufferIterator(source).cancel();
  assertEquals(left(), 1);

  using file = await temporaryFile(pattern(100));
  const opened = file.open();
  for await (const _ of bufferIterator(opened, { bufferSize: 10 })) break;
  assertEquals(await opened.read(new Uint8Array(200)), 90);
});

Deno.test("reading file after file leaves timers their turn", async () => {
  using file = await temporaryFile(pattern(4 << 20));
  const opened = file.open();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const start = performance.now();
  while (performance.now() - start < 200) {
    opened.seekSync(0, Deno.SeekMode.Start);
    for await (const _ of bufferIterator(opened));
  }
  clearInterval(timer);
  assert(ticks >= 3, `${ticks} ticks in 200 ms`);
});

Deno.test("any source, read in any way, gives its bytes up to the end, the limit or the abort", async () => {
  const seed = newSeed();
  const rounds = Number(Deno.env.get("BUFFER_ROUNDS") ?? 500);
  for (let round = 0; round < rounds; round++) {
    await randomReads(
      seededRandom(seed + round),
      `SLUICE_SEED=${seed + round}`,
    );
  }
});

Deno.test("wrong arguments are refused before anything is read", () => {
  let reads = 0;
  const source = {
    readSync() {
      reads++;
      return null;
    },
  };
  for (const bufferSize of [0, -1, 1.5, NaN, Infinity, "1"]) {
    assertThrows(
      () => bufferIterator(source, { bufferSize: bufferSize as number }),
      typeof bufferSize === "number" ? RangeError : TypeError,
      `"bufferSize" must be a positive integer, found ${
        Deno.inspect(bufferSize)
      }`,
    );
  }
  for (const maxBytes of [-1, 0.5, NaN, "9"]) {
    assertThrows(
      () => bufferIterator(source, { maxBytes: maxBytes as number }),
      typeof maxBytes === "number" ? RangeError : TypeError,
      `"maxBytes" must be a non-negative integer or Infinity, found ${
        Deno.inspect(maxBytes)
      }`,
    );
  }
  assertThrows(
    () => bufferIterator(source, { progress: 5 as unknown as () => void }),
    TypeError,
    `"progress" must be a function or an object with a "step" method, found 5`,
  );
  assertThrows(
    () => bufferIterator(source, { signal: {} as AbortSignal }),
    TypeError,
    `"signal" must be an AbortSignal, found {}`,
  );
  assertEquals(reads, 0);
});

/** A source of a random kind, read by readers of random kinds. */
async function randomReads(random: SeededRandom, seed: string) {
  const data = pattern(random.below(5_000));
  const error = random.below(3) === 0 ? new Error("the source failed") : null;
  const source = randomSource(random, data, error);
  const abort = new AbortController();
  const abortAt = random.below(4) === 0 ? random.below(5_000) : Infinity;
  const bufferSize = 1 + random.below(1_500);
  const maxBytes = random.pick([random.below(6_000), Infinity]);
  const steps: number[] = [];
  const stream = bufferIterator(source.bytes, {
    bufferSize,
    maxBytes,
    progress: ({ step }) => void steps.push(step),
    signal: abort.signal,
  });

  const end = Math.min(maxBytes, data.length);
  let received = 0;
  try {
    for (;;) {
      await random.pause(5);
      if (received >= abortAt) abort.abort(error);
      const chunk = await readOnce(stream, random);
      if (!chunk) break;
      assert(chunk.length > 0, seed);
      const expected = data.slice(received, received + chunk.length);
      assertEquals(chunk, expected, seed);
      received += chunk.length;
      assertEquals(steps.at(-1), received, seed);
    }
    assertEquals(received, end, seed);
    assertEquals(steps.at(-1) ?? 0, end, seed);
    if (error) assert(maxBytes <= data.length, seed);
  } catch (caught) {
    assertStrictEquals(caught, error, seed);
    assert(abort.signal.aborted || received <= end, seed);
  } finally {
    source.close();
  }
}

/** An iterable of one-byte chunks that counts how often it is left early. */
function counting(data: Uint8Array) {
  let left = 0;
  function* bytes() {
    try {
      for (let i = 0; i < data.length; i++) yield data.subarray(i, i + 1);
    } finally {
      left++;
    }
  }
  const iterator = bytes();
  iterator.next();
  const source: ByteSource = iterator;
  return { source, left: () => left };
}

async function* slowly(data: Uint8Array, size: number) {
  for (let i = 0; i < data.length; i += size) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield data.subarray(i, i + size);
  }
}
