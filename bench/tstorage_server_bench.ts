/**
 * How much does the embedded server add to SQLite, or save by its blocks? One
 * iteration stores 1 000 000 records in a file, or reads them back, over a
 * socket; or it reads one of 10 000 000 by its key. The baseline does it record
 * by record without a socket. The end prints how large the files are.
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

const many = serveTStorage({ port: 0, path: join(directory, "many.db") });
const asking = new Channel("127.0.0.1", many.port, type);
await asking.connect();
for (let part = 0; part < 10; part++) {
  const cap = batch.cap.map((cap) => cap + (BigInt(part * RECORDS) << 20n));
  await put(asking, { ...batch, cap });
}

Deno.bench({
  name: "SQLite alone, of 1 000 000",
  group: "read one record by its key",
  baseline: true,
  fn() {
    const { mid, cap } = randomKey(RECORDS);
    const select = database.prepare(
      "SELECT * FROM records WHERE cid = 1 AND mid = ? AND moid = 0 AND cap = ?",
    );
    select.setReadBigInts(true);
    if (select.all(mid, cap).length !== 1) throw new Error("Not one record");
  },
});

Deno.bench({
  name: "GET from the server, of 10 000 000",
  group: "read one record by its key",
  async fn() {
    const { mid, cap } = randomKey(10 * RECORDS);
    const min = Key.MIN.with({ cid: 1, mid, moid: 0, cap });
    const max = Key.MAX.with({ mid: mid + 1n, moid: 1, cap: cap + 1n });
    const { data } = await asking.get(min, max);
    if (data.length !== 1) throw new Error("Not one record");
  },
});

addEventListener("unload", () => {
  const size = (name: string) =>
    ["", "-wal"].map((end) => join(directory, name + end))
      .reduce((sum, path) => sum + Deno.statSync(path).size, 0);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const [rows, blocks] = [size("plain.db"), size("full.db")];
  const ratio = (rows / blocks).toFixed(1);
  console.log(`1 000 000 records: ${blocks} bytes, ${ratio} x less than rows`);
  database.close();
  Deno.removeSync(directory, { recursive: true });
});

function randomKey(records: number): { mid: bigint; cap: bigint } {
  const record = Math.floor(Math.random() * records);
  return { mid: BigInt(record % 1000), cap: BigInt(record) << 20n };
}

async function put(channel: typeof reading, records = batch): Promise<void> {
  const writer = channel.writable().getWriter();
  await writer.write(records);
  await writer.close();
}
