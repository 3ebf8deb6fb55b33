import { assert, assertEquals, fail } from "@std/assert";
import { nextTurn } from "../../internal/mod.ts";
import { KeyError, type Store, StoreError } from "../core/mod.ts";
import { filled } from "./test_data.ts";
import { generator } from "./seeded_random.ts";

const KEYS = ["a", "b", "c"];
const SIZES = [0, 5, 1_000, 65_536, 65_537, 262_144, 300_000, 1_500_000];
const WORKERS = 6;

/**
 * Sets, reads, deletes and copies a few keys from several tasks at the same
 * time, in transactions and outside, with sources that fail and sets that are
 * aborted. The metadata of a value has the seed of its bytes.
 */
export async function doConcurrentOperations(
  store: Store,
  seed: number,
  operations: number,
): Promise<void> {
  const random = generator(seed);
  const key = () => KEYS[random(KEYS.length)];
  let left = operations;
  let count = 0;

  async function write(): Promise<void> {
    const seed = count++;
    const size = SIZES[random(SIZES.length)];
    const data = filled(size, seed);
    const metadata = { seed, size };
    const abort = new AbortController();
    switch (random(4)) {
      case 0:
        return await store.set(key(), { data, metadata });
      case 1:
        return await store.set(key(), { data: new Blob([data]), metadata });
      case 2:
        return await store.set(key(), store.get(key()));
      default:
        return await store.set(
          key(),
          { data: unsteady(data, abort), metadata },
          { signal: abort.signal },
        );
    }
  }

  async function* unsteady(data: Uint8Array, abort: AbortController) {
    for (let at = 0; at < data.length; at += 50_000) {
      yield data.subarray(at, at + 50_000);
      if (random(10) === 0) await nextTurn();
      if (random(40) === 0) throw new ExpectedError();
      if (random(40) === 0) abort.abort(new ExpectedError());
    }
  }

  async function read(): Promise<void> {
    const value = await store.get(key());
    const { seed, size } = value.metadata;
    const expected = filled(Number(size), Number(seed));
    const start = random(value.size + 1);
    const leaveEarly = random(4) === 0;
    let at = start;
    for await (const chunk of value.range(start)) {
      for (let i = 0; i < chunk.length; i += 997) {
        if (chunk[i] !== expected[at + i]) fail(`byte ${at + i} is another's`);
      }
      at += chunk.length;
      if (random(5) === 0) await nextTurn();
      if (leaveEarly) return;
    }
    assertEquals(at, size, "length of the value");
  }

  async function transaction(): Promise<void> {
    await store.transaction("several").run(async () => {
      for (const action of [write, write, read]) await expectingErrors(action);
      if (random(2) === 0) throw new ExpectedError();
    });
  }

  const actions = [write, write, read, read, transaction, async () => {
    await store.delete(key());
  }];

  async function work(): Promise<void> {
    while (left-- > 0) await expectingErrors(actions[random(actions.length)]);
  }

  await Promise.all(Array.from({ length: WORKERS }, work));
  for await (const [key, metadata] of store.query()) {
    assert(KEYS.includes(key));
    assertEquals((await store.toBytes(key)).length, metadata.size);
  }
}

class ExpectedError extends Error {}

/** Runs an action that may fail because of the other actions. */
async function expectingErrors(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ExpectedError || error instanceof KeyError) return;
    if (error instanceof StoreError && error.code === "REPLACED") return;
    throw error;
  }
}
