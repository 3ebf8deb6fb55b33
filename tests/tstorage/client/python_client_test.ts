import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  BytesPayloadType,
  Channel,
  Key,
  serveTStorage,
  type StructValue,
  TuplePayloadType,
} from "../../../src/tstorage/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

/** Payloads of many shapes, with the values that their codes can just hold. */
const PAYLOADS: readonly (readonly [string, readonly StructValue[]])[] = [
  ["", []],
  ["if?", [10, 24.5, true]],
  ["<4h", [-32768, -1, 0, 32767]],
  ["<qQ", [-(2n ** 63n), 2n ** 64n - 1n]],
  [">qQ", [2n ** 63n - 1n, 2n ** 63n + 1n]],
  ["@b?hqxxd3sNl", [-128, false, -5, 6n, 0.1, bytes(1, 2, 3), 7n, -8n]],
  [
    "=cBHiQe4xf5plL",
    [bytes(255), 255, 65535, -(2 ** 31), 9n, 0.5, 1.25, bytes(97), -1, 2],
  ],
  [">?qQ2h3xI", [true, -1n, 2n ** 64n - 1n, -2, 258, 2 ** 32 - 1]],
  ["!d", [-1.7976931348623157e308]],
  ["<d", [5e-324]],
  ["<3000s", [new Uint8Array(3000).fill(7)]],
  ["<70000s", [new Uint8Array(70_000).map((_, i) => i)]],
];

Deno.test("a client in Python stores what we read, and reads what we stored", async () => {
  if (!await hasPython()) return console.log("skipped: there is no python3");
  const { random, seed } = seededRandom();
  const records = randomKeys(300, random).map((key, i) => {
    const [format, values] = PAYLOADS[i % PAYLOADS.length];
    const type = new TuplePayloadType(format);
    return { key, format, values, value: type.toBytes(values), type };
  });
  const lines = records.map(({ key, format, values }) =>
    `[${[...parts(key), JSON.stringify(format), json(values)]}]\n`
  );
  {
    await using server = serveTStorage({ port: 0 });
    await python(server.port, "put", lines);
    await using channel = await connected(server.port);
    const { data } = await channel.get(
      Key.MIN,
      Key.MAX.with({ cap: 2n ** 62n }),
    );
    const found = new Map(
      data.map(({ key, value }) => [`${parts(key)}`, value]),
    );
    assertEquals(found.size, records.length, `seed ${seed}`);
    for (const { key, values, type } of records) {
      const value = found.get(`${parts(key)}`);
      assert(value, `seed ${seed}, key ${parts(key)}`);
      assertEquals(type.fromBytes(value), values, `seed ${seed}`);
    }
  }
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server.port);
  assert((await channel.puta(records, { maxBatchSize: 1000 })).isOk());
  await python(server.port, "check", lines);
});

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** Keys that differ, with the ends of each part's range among them. */
function randomKeys(count: number, random: () => number): Key[] {
  const wide = [-(2n ** 63n), -1n, 0n, 2n ** 53n + 1n, 2n ** 62n - 1n];
  const narrow = [-(2 ** 31), -1, 0, 1, 2 ** 31 - 2];
  const any = <T>(values: readonly T[]) =>
    values[Math.floor(random() * values.length)];
  return Array.from({ length: count }, (_, i) =>
    new Key(
      any([0, 1, 2 ** 31 - 2]),
      any(wide),
      any(narrow),
      any(wide),
      BigInt(i) - 150n,
    ));
}

function parts({ cid, mid, moid, cap, acq }: Key): (number | bigint)[] {
  return [cid, mid, moid, cap, acq];
}

function json(values: readonly StructValue[]): string {
  const plain = values.map((value) =>
    value instanceof Uint8Array ? JSON.stringify(value.toHex()) : `${value}`
  );
  return `[${plain}]`;
}

async function connected(port: number): Promise<Channel<Uint8Array>> {
  const channel = new Channel("127.0.0.1", port, new BytesPayloadType());
  assert((await channel.connect()).isOk());
  return channel;
}

async function hasPython(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("python3", {
      args: ["-c", "import json, socket, struct"],
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function python(
  port: number,
  command: "put" | "check",
  lines: readonly string[],
): Promise<void> {
  const script = fromFileUrl(import.meta.resolve("./_python_client.py"));
  const process = new Deno.Command("python3", {
    args: [script, `${port}`, command],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ success, stderr }] = await Promise.all([
    process.output(),
    ReadableStream.from(lines).pipeThrough(new TextEncoderStream())
      .pipeTo(process.stdin),
  ]);
  assert(success, new TextDecoder().decode(stderr));
}
