/**
 * The work of a client of TStorage, in a process of its own: of the checkout
 * whose directory is the first argument, against the server on the port that is
 * the second one. Each line of the input names a work; the answer is how long
 * it took, in milliseconds.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";
import type {
  Channel as ChannelType,
  PayloadType,
  Record,
} from "@sluice/sluice/tstorage";
import { RECORDS, REPLY_BYTES } from "./canned_tstorage.ts";

const [directory, port] = Deno.args;
const { Channel, ColumnsPayloadType, Key, StructPayloadType } = await import(
  `file://${directory}/src/tstorage/mod.ts`
) as typeof import("@sluice/sluice/tstorage");

const columns = new ColumnsPayloadType({ value: "f64" });
const numbers = new StructPayloadType<number>("<d");
const rows = new ColumnsPayloadType({ value: "f64", state: "u8" });

/** Records written again and again, so that memory is not measured. */
const SOME = 20_000;
const cap = BigInt64Array.from({ length: SOME }, (_, i) => BigInt(i) << 20n);
const batch = {
  cid: new Int32Array(SOME).fill(1),
  mid: cap.map((_, i) => BigInt(i % 1000)),
  moid: new Int32Array(SOME).map((_, i) => i % 7),
  cap,
  value: new Float64Array(SOME).map((_, i) => i / 8),
};
const records = recordsOf((i) => i / 8);
const recordsOfRows = recordsOf((i) => ({ value: i / 8, state: i % 256 }));
const recordsOfContainers = records.map(({ key, value }, i) => ({
  key: key.with({ cid: i % 5000 }),
  value,
}));

/** Each work, by name. */
const WORK: { readonly [name: string]: () => Promise<unknown> } = {
  "socket, written": async () => {
    using conn = await Deno.connect({ port: Number(port) });
    const bytes = new Uint8Array(256 * 1024);
    bytes[0] = 5;
    const recordBytes = 4 + 20 + 8;
    for (let left = RECORDS * recordBytes; left > 0;) {
      left -= await conn.write(bytes.subarray(0, left));
    }
    await conn.write(new Uint8Array(4).fill(255));
    await conn.read(new Uint8Array(28));
  },
  "socket, read": async () => {
    using conn = await Deno.connect({ port: Number(port) });
    await conn.write(new Uint8Array(1));
    const buffer = new Uint8Array(512 * 1024);
    let count = 0;
    while (count < REPLY_BYTES) count += await conn.read(buffer) ?? Infinity;
  },
  "awaits alone": async () => {
    const done = Promise.resolve();
    for (const _ of again(records)) await done;
  },
  "stream to nowhere": async () => {
    const writer = new WritableStream<unknown>({}).getWriter();
    for (const record of again(records)) await writer.write(record);
    await writer.close();
  },
  put: () => put(numbers, again(records)),
  "put, rows": () => put(rows, again(recordsOfRows)),
  "put, containers": () => put(numbers, again(recordsOfContainers)),
  "writable, records": () =>
    write(numbers, async (writer) => {
      for (const record of again(records)) await writer.write(record);
    }),
  "writable, arrays": () =>
    write(numbers, async (writer) => {
      for (let i = 0; i < RECORDS; i += SOME) await writer.write(records);
    }),
  "writable, columns": () =>
    write(columns, async (writer) => {
      for (let i = 0; i < RECORDS; i += SOME) await writer.write(batch);
    }),
  get: () =>
    read(numbers, async (channel) => {
      return (await channel.get(Key.MIN, Key.MAX)).data.length;
    }),
  getStream: () => read(numbers, countInBatches),
  "getStream, rows": () => read(columns, countInBatches),
  records: () =>
    read(numbers, async (channel) => {
      let count = 0;
      for await (const _ of channel.records(Key.MIN, Key.MAX)) count++;
      return count;
    }),
  batches: () =>
    read(columns, async (channel) => {
      let count = 0;
      for await (const { length } of channel.batches(Key.MIN, Key.MAX)) {
        count += length;
      }
      return count;
    }),
};

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const name of lines) {
  const start = performance.now();
  await WORK[name]();
  console.log(performance.now() - start);
}

function recordsOf<T>(value: (i: number) => T) {
  return Array.from(cap, (cap, i) => ({
    key: new Key(1, BigInt(i % 1000), i % 7, cap),
    value: value(i),
  }));
}

function* again<T>(some: readonly T[]): Generator<T> {
  for (let i = 0; i < RECORDS; i += SOME) yield* some;
}

async function put<T, B>(type: PayloadType<T, B>, data: Iterable<Record<T>>) {
  await using channel = await connected(type);
  const response = await channel.put(data);
  if (!response.isOk()) throw new Error(`Status ${response.status}`);
}

async function write<T, B>(
  type: PayloadType<T, B>,
  writeAll: (
    writer: ReturnType<ReturnType<ChannelType<T, B>["writable"]>["getWriter"]>,
  ) => Promise<void>,
) {
  await using channel = await connected(type);
  const writer = channel.writable().getWriter();
  await writeAll(writer);
  await writer.close();
}

async function read<T, B>(
  type: PayloadType<T, B>,
  readAll: (channel: ChannelType<T, B>) => Promise<number>,
) {
  await using channel = await connected(type);
  const count = await readAll(channel);
  if (count !== RECORDS) throw new Error(`Read ${count} records`);
}

async function countInBatches<T, B>(channel: ChannelType<T, B>) {
  let count = 0;
  channel.memoryLimit = 2 ** 20;
  await channel.getStream(Key.MIN, Key.MAX, (batch) => {
    count += batch.length;
  });
  return count;
}

async function connected<T, B>(type: PayloadType<T, B>) {
  const channel = new Channel("127.0.0.1", Number(port), type);
  await channel.connect();
  return channel;
}
