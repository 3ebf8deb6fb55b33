import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { deadline } from "@std/async";
import { setImmediate } from "node:timers/promises";
import { bufferIterator, tee } from "../../../src/streams/mod.ts";
import { collect, pattern, temporaryFile } from "../_data.ts";
import {
  newSeed,
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { LARGEST_READ, randomSource, readOnce } from "../_random_reads.ts";

Deno.test("every branch gets every byte once", async () => {
  const data = pattern(3_000_000);
  using file = await temporaryFile(data);
  for (const n of [1, 2, 3, 5]) {
    const branches = tee(file.open(), n);
    assertEquals(branches.length, n);
    for (const bytes of await Promise.all(branches.map(collect))) {
      assertEquals(bytes, data);
    }
  }
});

Deno.test("branches can be read with buffers of different sizes", async () => {
  const data = pattern(20_000);
  const sizes = [1, 7, 4_096, 200_000];
  const branches = tee(new Blob([data]), sizes.length, { maxLag: 10_000 });
  const results = await Promise.all(
    branches.map((branch, i) => readWithBuffer(branch, sizes[i])),
  );
  for (const bytes of results) assertEquals(bytes, data);
});

Deno.test("a reader can ask for a minimum of bytes", async () => {
  const [a, b] = tee(Array(10).fill(pattern(10)));
  const reader = a.getReader({ mode: "byob" });
  const read = reader.read(new Uint8Array(64), { min: 35 });
  const [{ value }] = await Promise.all([read, b.cancel()]);
  assertEquals(value?.length, 40);
  await reader.cancel();
});

Deno.test("chunks come as the source gives them, at most bufferSize long", async () => {
  const [a, b] = tee([pattern(10), pattern(3), pattern(9)], 2, {
    bufferSize: 4,
  });
  const [chunks] = await Promise.all([Array.fromAsync(a), collect(b)]);
  assertEquals(chunks.map((it) => it.length), [4, 4, 2, 3, 4, 4, 1]);
});

Deno.test("a byte that is there is not held back for those that are not", async () => {
  let send = (_: Uint8Array) => {};
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (bytes) => controller.enqueue(bytes);
    },
  });
  const readers = tee(source).map((branch) => branch.getReader());
  send(pattern(5));
  for (const reader of readers) {
    assertEquals((await reader.read()).value, pattern(5));
  }
  await Promise.all(readers.map((reader) => reader.cancel()));
});

Deno.test("the fastest branch leads the slowest by maxLag bytes at most", async () => {
  for (const maxLag of [1, 1_000, 65_537]) {
    const [fast, slow] = tee(endless(), 2, { maxLag });
    const reader = fast.getReader();
    let lead = 0;
    for (;;) {
      const chunk = await soon(reader.read());
      if (!chunk) break;
      lead += chunk.value?.length ?? 0;
    }
    assertEquals(lead, maxLag);
    await slow.cancel();
    await reader.cancel();
  }
});

Deno.test("with maxLag 0 the branches stay level", async () => {
  const [a, b] = tee(pattern(10), 2, { maxLag: 0, bufferSize: 4 })
    .map((branch) => branch.getReader());
  const first = a.read();
  assertEquals(await soon(first), undefined);
  assertEquals((await b.read()).value, pattern(4));
  assertEquals((await first).value, pattern(4));
  await Promise.all([a.cancel(), b.cancel()]);
});

Deno.test("with maxLag Infinity a branch can be read before the others", async () => {
  const data = pattern(2_000_000);
  const [a, b, c] = tee(new Blob([data]), 3, { maxLag: Infinity });
  assertEquals(await collect(a), data);
  assertEquals(await readWithBuffer(b, 1_000), data);
  assertEquals(await collect(bufferIterator(c, { bufferSize: 999 })), data);
});

Deno.test("a branch that waits for the slowest goes on when that is cancelled", async () => {
  const data = pattern(100_000);
  const [a, b] = tee(data, 2, { maxLag: 100 });
  const all = collect(a);
  assertEquals(await soon(all), undefined);
  await b.cancel();
  assertEquals(await all, data);
});

Deno.test("cancelling one branch does not wait for the others", async () => {
  let cancelled: unknown;
  const source = new ReadableStream({
    cancel(reason) {
      cancelled = reason;
    },
  });
  const [a, b] = tee(source);
  await a.cancel("a");
  assertEquals(cancelled, undefined);
  await b.cancel("b");
  assertEquals(cancelled, ["a", "b"]);
});

Deno.test("an error of the source reaches every branch, after the bytes before it", async () => {
  const error = new Error("connection lost");
  const [a, b, c] = tee(failing(pattern(10), error), 3)
    .map((branch) => branch.getReader());
  assertEquals((await a.read()).value, pattern(10));
  assertStrictEquals(await assertRejects(() => a.read()), error);
  assertEquals((await b.read()).value, pattern(10));
  assertStrictEquals(await assertRejects(() => b.read()), error);
  await c.cancel();
});

Deno.test("bytes read just before an error are not lost", async () => {
  let reads = 0;
  const error = new Error("bad sector");
  const source = {
    readSync(into: Uint8Array) {
      if (reads++ > 0) throw error;
      return into.fill(1, 0, 5) && 5;
    },
  };
  const [a, b] = tee(source).map((branch) => branch.getReader());
  for (const reader of [a, b]) {
    assertEquals((await reader.read()).value?.length, 5);
    assertStrictEquals(await assertRejects(() => reader.read()), error);
  }
});

Deno.test("a stopped branch holds no more than maxLag and 16 MiB in memory", async (t) => {
  const maxLag = 64 << 20;
  const { resident, external } = await memoryOfStoppedBranch(maxLag);
  await t.step("of the process, when read into one buffer", () => {
    assertGreater(resident, maxLag);
    assertLess(resident, maxLag + (16 << 20));
  });
  await t.step("that is not garbage, when iterated", () => {
    assertGreater(external, maxLag);
    assertLess(external, maxLag + (16 << 20));
  });
});

Deno.test("any order of reading, cancelling and failing ends, and loses nothing", async () => {
  const seed = newSeed();
  const rounds = Number(Deno.env.get("TEE_ROUNDS") ?? 150);
  for (let round = 0; round < rounds; round++) {
    await randomSchedule(
      seededRandom(seed + round),
      `SLUICE_SEED=${seed + round}`,
    );
  }
});

Deno.test("wrong arguments are refused before anything is read", () => {
  for (const n of [0, -1, 1.5, NaN, "2"]) {
    assertThrows(
      () => tee(new Uint8Array(), n as number),
      typeof n === "number" ? RangeError : TypeError,
      `"n" must be a positive integer, found ${Deno.inspect(n)}`,
    );
  }
  assertThrows(
    () => tee(new Uint8Array(), 2, { bufferSize: 0 }),
    RangeError,
    `"bufferSize" must be a positive integer, found 0`,
  );
  assertThrows(
    () => tee(new Uint8Array(), 2, { maxLag: -1 }),
    RangeError,
    `"maxLag" must be a non-negative integer or Infinity, found -1`,
  );
  assertThrows(
    () => tee(7 as unknown as Uint8Array),
    TypeError,
    `"source" must be a string, a stream`,
  );
});

/** One source of a random kind, read by branches that each do as they like. */
async function randomSchedule(random: SeededRandom, seed: string) {
  const data = pattern(random.below(5_000));
  const error = random.below(3) === 0 ? new Error("the source failed") : null;
  const source = randomSource(random, data, error);
  const options = {
    bufferSize: 1 + random.below(1_500),
    maxLag: random.pick([0, 1, random.below(3_000), Infinity]),
  };
  const branches = tee(source.bytes, 1 + random.below(4), options);
  const states = branches.map(() => ({ received: 0, open: true }));

  const consume = async (branch: ReadableStream<Uint8Array>, i: number) => {
    const state = states[i];
    const cancelAt = random.below(3) === 0 ? random.below(5_000) : Infinity;
    const patience = random.pick([0, 1, 10]);
    try {
      for (;;) {
        await random.pause(patience);
        if (state.received >= cancelAt) {
          state.open = false;
          return await cancelSomehow(branch, random, `branch ${i}`);
        }
        const chunk = await readOnce(branch, random);
        if (!chunk) break;
        assert(chunk.length > 0, seed);
        const expected = data.subarray(state.received);
        assertEquals(chunk, expected.slice(0, chunk.length), seed);
        state.received += chunk.length;
        // A level branch may have been given a chunk that it has not seen yet.
        const slowest = Math.min(
          ...states.filter((it) => it.open).map((it) => it.received),
        );
        assertLessOrEqual(
          state.received - slowest,
          options.maxLag + LARGEST_READ,
          seed,
        );
      }
      assertEquals(state.received, data.length, seed);
      assertEquals(error, null, seed);
    } catch (caught) {
      assertStrictEquals(caught, error, seed);
      if (state.open) assertEquals(state.received, data.length, seed);
    } finally {
      state.open = false;
    }
  };

  const finished = Promise.all(branches.map(consume));
  await deadline(finished, 10_000).catch((cause) => {
    throw new Error(`${seed}: ${Deno.inspect({ states, options })}`, { cause });
  });
  source.close();
}

/** Bytes by which a process grows while one of two branches is stopped. */
async function memoryOfStoppedBranch(maxLag: number) {
  const streams = new URL("../../../src/streams/mod.ts", import.meta.url).href;
  const script = `
    import { tee } from "${streams}";
    function* blocks(count) {
      const block = new Uint8Array(2 ** 20).fill(1);
      for (let i = 0; i < count; i++) yield block;
    }
    async function memory(key) {
      for (let i = 0; i < 4; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Deno.memoryUsage()[key];
    }
    async function growth(key, read) {
      const before = await memory(key);
      const [fast, stopped] = tee(blocks(512), 2, { maxLag: ${maxLag} });
      await read(fast);
      const after = await memory(key);
      await Promise.all([stopped.cancel(), fast.cancel()]);
      return after - before;
    }
    async function intoOneBuffer(stream) {
      const reader = stream.getReader({ mode: "byob" });
      let buffer = new Uint8Array(2 ** 20);
      for (let lead = 0; lead < ${maxLag};) {
        const { value } = await reader.read(buffer);
        lead += value.length;
        buffer = new Uint8Array(value.buffer);
      }
      reader.releaseLock();
    }
    async function iterated(stream) {
      let lead = 0;
      for await (const chunk of stream.values({ preventCancel: true })) {
        lead += chunk.length;
        if (lead === ${maxLag}) break;
      }
    }
    await Promise.all(tee(blocks(1)).map((branch) => Array.fromAsync(branch)));
    const resident = await growth("rss", intoOneBuffer);
    const external = await growth("external", iterated);
    console.log(JSON.stringify({ resident, external }));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--v8-flags=--expose-gc", script],
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  return JSON.parse(text) as { resident: number; external: number };
}

/** Cancels `branch`, with luck while a read of a random kind is waiting. */
async function cancelSomehow(
  branch: ReadableStream<Uint8Array>,
  random: SeededRandom,
  reason: string,
) {
  if (random.below(2) === 0) return await branch.cancel(reason);
  const byob = random.below(2) === 0;
  const reader = byob ? branch.getReader({ mode: "byob" }) : branch.getReader();
  const read = reader instanceof ReadableStreamBYOBReader
    ? reader.read(new Uint8Array(1 + random.below(LARGEST_READ)))
    : reader.read();
  read.catch(() => {});
  await random.pause(10);
  await reader.cancel(reason);
}

async function readWithBuffer(
  branch: ReadableStream<Uint8Array>,
  size: number,
): Promise<Uint8Array> {
  const reader = branch.getReader({ mode: "byob" });
  const parts: Uint8Array[] = [];
  let buffer = new Uint8Array(size);
  for (;;) {
    const { done, value } = await reader.read(buffer);
    if (done) return collect(parts);
    parts.push(value.slice());
    buffer = new Uint8Array(value.buffer);
  }
}

/** What `promise` resolves to within a few turns of the event loop, if it does. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  const turns = async () => {
    for (let i = 0; i < 10; i++) await setImmediate();
    return undefined;
  };
  return await Promise.race([promise, turns()]);
}

function* endless() {
  for (;;) yield pattern(1_000);
}

function* failing(data: Uint8Array, error: Error) {
  yield data;
  throw error;
}
