/**
 * Fourth step: stores the delays of the day as a time series and reads the
 * evening back.
 *
 * The server runs in this program and ends with it. For a server that keeps its
 * records in a file, or for a TStorage cluster, change the address of the
 * channel.
 *
 * ```sh
 * deno run -A examples/flights/store.ts delays.csv evening.csv
 * ```
 *
 * @module
 */
import {
  Channel,
  type ColumnFields,
  ColumnsPayloadType,
  fromUnixNs,
  Key,
  serveTStorage,
  TStorageDateTime,
} from "../../src/tstorage/mod.ts";

/** The day to which the hours of the statistics are assigned. */
const DAY = Date.UTC(2001, 0, 1);
const EVENING = { from: 17, to: 22 };
/** The series. */
const FLIGHTS = { cid: 1, mid: 0n, moid: 0 };

const [input, output] = Deno.args;
if (output === undefined) {
  console.error("Usage: store.ts INPUT.csv OUTPUT.csv");
  Deno.exit(2);
}

const [head, ...lines] = (await Deno.readTextFile(input)).trimEnd().split("\n");
const [, ...names] = head.split(",");
console.log(`${lines.length} hours`);

const fields: ColumnFields = Object.fromEntries(
  names.map((name) => [name, "f64"]),
);
await using server = serveTStorage({ port: 0 });
await using channel = await Channel.open(
  server.hostname,
  server.port,
  new ColumnsPayloadType(fields),
);
(await channel.put(lines.map(toRecord))).orThrow();

const evening = channel.records(
  Key.MIN.with({ ...FLIGHTS, cap: captureTime(EVENING.from) }),
  Key.MAX.with({ cap: captureTime(EVENING.to) }),
);
const rows = [];
for await (const { key, value } of evening) {
  const { instant } = TStorageDateTime.fromTStorageNs(key.cap);
  rows.push([instant, ...names.map((name) => value[name])].join(","));
}
await Deno.writeTextFile(
  output,
  [["time", ...names].join(","), ...rows, ""].join("\n"),
);

function toRecord(line: string) {
  const [hour, ...values] = line.split(",").map(Number);
  const { cid, mid, moid } = FLIGHTS;
  return {
    key: new Key(cid, mid, moid, captureTime(hour)),
    value: Object.fromEntries(names.map((name, i) => [name, values[i]])),
  };
}

/** The time at which an hour of the day begins. */
function captureTime(hour: number): bigint {
  return fromUnixNs(BigInt(DAY + hour * 3_600_000) * 1_000_000n);
}
