/**
 * How much does the embedded server add to SQLite? One iteration stores 1 000 000
 * records in a file, or reads them back, over a socket. The baseline does it
 * record by record without a socket. 200 000 records/s are 5 s, 500 000 are 2 s.
 */
import { DatabaseSync } from "node:sqlite";
import { join } from "@std/path";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  serveTStorage,
} from "@sluice/sluice/tstorage";

const RECORDS = 1_000_000;
const settings = { n: 3, warmup: 1 };
const type = new ColumnsPayloadType({ value: "f64" });
const directory = Deno.makeTempDirSync({ dir: Deno.env.get("BENCH_DIR") });

/** A thousand series, with their records in the order of time. */
const batch = {
  cid: new Int32Array(RECORDS).fill(1),
  mid: BigInt64Array.from({ length: RECORDS }, (_, i) => BigInt(i % 1000)),
  moid: new Int32Array(RECORDS),
  cap: BigInt64Array.from({ length: RECORDS }, (_, i) => BigInt(i) << 20n),
  value: new Float64Array(RECORDS).map((_, i) => i / 8),
};

const database = new DatabaseSync(join(directory, "plain.db"));
database.exec(`
  PRAGMA journal_mode = WAL;
  CREATE TABLE records (cid INT, mid INT, moid INT, cap INT, acq INT, value REAL,
    PRIMARY KEY (cid, mid, moid, cap, acq)) WITHOUT ROWID`);

Deno.bench({
  name: "SQLite alone, a row at a time",
  group: "store 1 000 000 records in a file",
  baseline: true,
  ...settings,
  fn(bench) {
    database.exec("DELETE FROM records");
    const insert = database.prepare(
      "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
    );
    bench.start();
    database.exec("BEGIN");
    for (let i = 0; i < RECORDS; i++) {
      insert.run(1, batch.mid[i], 0, batch.cap[i], i, batch.value[i]);
    }
    database.exec("COMMIT");
    bench.end();
  },
});

Deno.bench({
  name: "PUT to the server",
  group: "store 1 000 000 records in a file",
  ...settings,
  async fn(bench) {
    const path = join(directory, `${crypto.randomUUID()}.db`);
    await using server = serveTStorage({ port: 0, path });
    await using channel = new Channel("127.0.0.1", server.port, type);
    await channel.connect();
    bench.start();
    await put(channel);
    bench.end();
  },
});

const server = serveTStorage({ port: 0, path: join(directory, "full.db") });
const reading = new Channel("127.0.0.1", server.port, type);
await reading.connect();
await put(reading);

Deno.bench({
  name: "SQLite alone, a row at a time",
  group: "read 1 000 000 records from a file",
  baseline: true,
  ...settings,
  fn() {
    const select = database.prepare("SELECT * FROM records");
    select.setReadBigInts(true);
    let count = 0;
    for (const _ of select.iterate()) count++;
    if (count !== RECORDS) throw new Error(`Read ${count} records`);
  },
});

Deno.bench({
  name: "GET from the server",
  group: "read 1 000 000 records from a file",
  ...settings,
  async fn() {
    let count = 0;
    for await (const batch of reading.batches(Key.MIN, Key.MAX)) {
      count += batch.length;
    }
    if (count !== RECORDS) throw new Error(`Read ${count} records`);
  },
});

addEventListener("unload", () => {
  database.close();
  Deno.removeSync(directory, { recursive: true });
});

async function put(channel: typeof reading): Promise<void> {
  const writer = channel.writable().getWriter();
  await writer.write(batch);
  await writer.close();
}
