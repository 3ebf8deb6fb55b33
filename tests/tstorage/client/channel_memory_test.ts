import { assert, assertEquals } from "@std/assert";
import {
  BytesPayloadType,
  Channel,
  ColumnsPayloadType,
  Key,
  ResponseAcq,
  ResponseStatus,
  StructPayloadType,
} from "../../../src/tstorage/mod.ts";
import { ScriptedServer } from "../scripted_server.ts";
import { hex, KEY_12345, OK_HEADER } from "../wire_bytes.ts";

/** Eight records of 40 bytes: 356 bytes with all that is around them. */
const EIGHT = hex(
  OK_HEADER,
  ("24000000" + KEY_12345 + "0a000000").repeat(8),
  "00000000",
  "00000000 0800000000000000 6300000000000000",
);

Deno.test("get holds at most memoryLimit bytes of an answer", async () => {
  await using server = replying(EIGHT);
  const cases: [number, ResponseStatus, number][] = [
    [Infinity, ResponseStatus.OK, 8],
    [360, ResponseStatus.OK, 8],
    [356, ResponseStatus.OK, 8],
    [355, ResponseStatus.NO_MEMORY, 8],
    [331, ResponseStatus.NO_MEMORY, 7],
    [80, ResponseStatus.NO_MEMORY, 1],
    [11, ResponseStatus.NO_MEMORY, 0],
    [4, ResponseStatus.NO_MEMORY, 0],
  ];
  for (const [memoryLimit, status, records] of cases) {
    await using channel = int32Channel(server, memoryLimit);
    await channel.connect();
    const response = await channel.get(Key.MIN, Key.MAX);
    assertEquals(response.status, status, `limit ${memoryLimit}`);
    assertEquals(response.data.length, records, `limit ${memoryLimit}`);
  }
});

Deno.test("getStream hands over batches of at most memoryLimit bytes", async () => {
  await using server = replying(EIGHT);
  const cases: [number, number[]][] = [
    [Infinity, [8]],
    [400, [8]],
    [120, [3, 3, 2]],
    [90, [2, 2, 2, 2]],
    [40, [1, 1, 1, 1, 1, 1, 1, 1]],
  ];
  for (const [memoryLimit, expected] of cases) {
    await using channel = int32Channel(server, memoryLimit);
    await channel.connect();
    const sizes: number[] = [];
    const response = await channel.getStream(
      Key.MIN,
      Key.MAX,
      (records) => void sizes.push(records.length),
    );
    assert(response.isOk());
    assertEquals(sizes, expected, `limit ${memoryLimit}`);
  }
});

Deno.test("a record larger than memoryLimit is NO_MEMORY, with those before it", async () => {
  const reply = hex(
    OK_HEADER,
    "24000000" + KEY_12345 + "0a000000",
    "29000000" + KEY_12345 + "0a0000000000000000",
  );
  await using server = replying(reply);
  for (const [memoryLimit, records] of [[44, 1], [39, 0], [4, 0]]) {
    const open = async () => {
      const channel = new Channel(
        "127.0.0.1",
        server.port,
        new BytesPayloadType(),
        { memoryLimit },
      );
      await channel.connect();
      return channel;
    };
    {
      await using channel = await open();
      let count = 0;
      const { status } = await channel.getStream(Key.MIN, Key.MAX, (batch) => {
        count += batch.length;
      });
      assertEquals([status, count], [ResponseStatus.NO_MEMORY, records]);
    }
    {
      await using channel = await open();
      const all = await Array.fromAsync(channel.getIter(Key.MIN, Key.MAX));
      assertEquals(all.length, records + 1);
      const end = all.at(-1);
      assert(end instanceof ResponseAcq);
      assertEquals(end.status, ResponseStatus.NO_MEMORY);
    }
  }
});

Deno.test("streams hold at most memoryLimit bytes of any answer", async () => {
  const record = hex("28000000" + KEY_12345 + "0000000000000000");
  const block = new Uint8Array(record.length * 20_000);
  for (let at = 0; at < block.length; at += record.length) {
    block.set(record, at);
  }
  const blocks = 60;
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(hex(OK_HEADER));
    for (let i = 0; i < blocks; i++) await connection.write(block);
    await connection.write(hex("00000000", OK_HEADER.slice(0, 8)));
    await connection.write(hex("0800000000000000 6300000000000000"));
  });
  const type = new ColumnsPayloadType({ value: "f64" });
  const memoryLimit = 200_000;
  const options = { memoryLimit };
  const channel = new Channel("127.0.0.1", server.port, type, options);
  await channel.connect();
  let records = 0;
  let largest = 0;
  for await (const batch of channel.batches(Key.MIN, Key.MAX)) {
    records += batch.length;
    largest = Math.max(largest, batch.length * 44);
  }
  assertEquals(records, blocks * 20_000);
  assert(largest <= memoryLimit, `a batch of ${largest} bytes`);

  await channel.connect();
  largest = 0;
  await channel.getStream(Key.MIN, Key.MAX, (batch) => {
    largest = Math.max(largest, batch.length * 44);
  });
  assert(largest <= memoryLimit && largest > memoryLimit - 44);
  await channel.close();
});

Deno.test("the server waits for a stream that is not read", async () => {
  let sent = 0;
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(hex(OK_HEADER));
    const record = hex("24000000" + KEY_12345 + "0a000000");
    const block = new Uint8Array(40 * 1000);
    for (let at = 0; at < block.length; at += 40) block.set(record, at);
    for (; sent < 1000; sent++) await connection.write(block);
  });
  await using channel = int32Channel(server, Infinity);
  await channel.connect();
  const reader = channel.records(Key.MIN, Key.MAX).getReader();
  await reader.read();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // What the two sockets hold, and no more.
  assert(sent < 500, `${sent * 40_000} bytes were sent that no one reads`);
  await reader.cancel();
});

function replying(reply: Uint8Array): ScriptedServer {
  return new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(reply);
    await connection.read(1);
  });
}

function int32Channel({ port }: ScriptedServer, memoryLimit: number) {
  const type = new StructPayloadType<number>("<i");
  return new Channel("127.0.0.1", port, type, { memoryLimit });
}
