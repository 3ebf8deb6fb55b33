import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BytesPayloadType,
  Channel,
  ColumnsPayloadType,
  Key,
  serveTStorage,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const type = new ColumnsPayloadType({ value: "u32" });

Deno.test("clients that write, read, give up and reconnect find what they stored", async () => {
  const { random, seed } = seededRandom();
  await using server = serveTStorage({ port: 0, memoryLimit: 200_000 });
  const clients = Array.from(
    { length: 8 },
    (_, i) => new Client(server.port, BigInt(i), random),
  );
  await Promise.all(clients.map((client) => client.live(12, seed)));
});

/** A client with a series of its own, so that it knows what is there. */
class Client {
  readonly #channel: Channel<
    { readonly value: number },
    ReturnType<typeof type.columns.decode>
  >;
  readonly #mid: bigint;
  readonly #random: () => number;
  #stored = 0;

  constructor(port: number, mid: bigint, random: () => number) {
    this.#channel = new Channel("127.0.0.1", port, type);
    this.#mid = mid;
    this.#random = random;
  }

  async live(steps: number, seed: number): Promise<void> {
    await using channel = this.#channel;
    await channel.connect();
    for (let step = 0; step < steps; step++) {
      const message = `seed ${seed}, client ${this.#mid}, step ${step}`;
      switch (this.#below(5)) {
        case 0:
          await this.#put();
          break;
        case 1:
          await this.#write(this.#below(3) > 0);
          break;
        case 2:
          await this.#giveUp();
          break;
        default:
          await this.#check(message);
      }
    }
    await this.#check(`seed ${seed}, client ${this.#mid}, at the end`);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #next(count: number) {
    return Array.from({ length: count }, (_, i) => ({
      key: new Key(this.#below(3), this.#mid, 0, BigInt(this.#stored + i)),
      value: { value: this.#stored + i },
    }));
  }

  async #put(): Promise<void> {
    const records = this.#next(this.#below(3000));
    assert((await this.#channel.put(records)).isOk());
    this.#stored += records.length;
  }

  /** Writes a stream, to its end or not. */
  async #write(whole: boolean): Promise<void> {
    const writer = this.#channel.writable().getWriter();
    const records = this.#next(this.#below(12_000));
    for (const record of records) await writer.write(record);
    if (whole) {
      await writer.close();
      this.#stored += records.length;
    } else {
      await writer.abort();
      await this.#channel.connect();
    }
  }

  /** Starts to read, and reads on no more. */
  async #giveUp(): Promise<void> {
    for await (const _ of this.#channel.batches(Key.MIN, Key.MAX)) break;
    await this.#channel.connect();
  }

  async #check(message: string): Promise<void> {
    const min = Key.MIN.with({ mid: this.#mid });
    const max = Key.MAX.with({ mid: this.#mid + 1n });
    const values: number[] = [];
    const stream = this.#channel.batches(min, max);
    for await (const batch of stream) values.push(...batch.value);
    assert((await stream.done).isOk(), message);
    values.sort((a, b) => a - b);
    assertEquals(values.length, this.#stored, message);
    assert(values.every((value, i) => value === i), message);
  }
}

Deno.test("a writable that is aborted before its turn leaves the connection alone", async () => {
  await using server = serveTStorage({ port: 0 });
  const type = new BytesPayloadType();
  await using channel = new Channel("127.0.0.1", server.port, type);
  assert((await channel.connect()).isOk());
  const record = { key: new Key(1), value: new Uint8Array(200_000) };
  assert((await channel.put([record, record, record])).isOk());
  const reader = channel.records(Key.MIN, Key.MAX).getReader();
  await reader.read();
  const [given, kept] = [0, 1].map(() => channel.writable().getWriter());
  given.closed.catch(() => {});
  // The second does not fit into the buffer, so it waits for its turn.
  await given.write(record);
  const waiting = assertRejects(() => given.write(record), TStorageError);
  await given.abort();
  await waiting;
  await kept.write(record);
  const writing = kept.write(record);
  while (!(await reader.read()).done);
  await writing;
  await kept.close();
  assertEquals((await channel.get(Key.MIN, Key.MAX)).data.length, 5);
});
