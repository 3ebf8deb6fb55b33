import { assert, assertEquals } from "@std/assert";
import { setTimeout } from "node:timers/promises";
import {
  BytesPayloadType,
  Channel,
  ColumnsPayloadType,
  Key,
  ResponseStatus,
  StructPayloadType,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { type Script, ScriptedServer } from "../scripted_server.ts";
import { ACQ_REPLY, ERROR_HEADER, hex, PUT_REPLY } from "../wire_bytes.ts";

const A = new Key(1, 2n, 3, 4n, 5n);
const B = new Key(7, -1n, -2, -3n, -4n);
const INVALID = new Key(-1, 0n, 0, 0n, 0n);
const KEY_A = "0200000000000000 03000000 0400000000000000";
const KEY_B = "ffffffffffffffff feffffff fdffffffffffffff";
const ACQ_A = "0500000000000000";
const ACQ_B = "fcffffffffffffff";
const PUT = "05000000 0000000000000000";
const PUTA = "06000000 0000000000000000";
const END = "ffffffff";

const int32 = new StructPayloadType<number>("<i");

Deno.test("put groups by cid and sends no acquisition time", async () => {
  const sent = hex(
    PUT,
    "01000000 38000000",
    "18000000" + KEY_A + "0a000000",
    "18000000" + KEY_A + "0c000000",
    "07000000 1c000000",
    "18000000" + KEY_B + "0b000000",
    END,
  );
  await using server = new Recorder(sent.length);
  await using channel = new Channel("127.0.0.1", server.port, int32);
  await channel.connect();
  const data = [record(A, 10), record(B, 11), record(A, 12)];
  assert((await channel.put(data)).isOk());
  assertEquals(server.received, sent);
});

Deno.test("puta sends the acquisition time", async () => {
  const sent = hex(
    PUTA,
    "07000000 24000000",
    "20000000" + KEY_B + ACQ_B + "0b000000",
    "01000000 24000000",
    "20000000" + KEY_A + ACQ_A + "0a000000",
    END,
  );
  await using server = new Recorder(sent.length);
  await using channel = new Channel("127.0.0.1", server.port, int32);
  await channel.connect();
  assert((await channel.puta([record(B, 11), record(A, 10)])).isOk());
  assertEquals(server.received, sent);
});

Deno.test("a put without records is still a request", async () => {
  await using server = new Recorder(16);
  await using channel = new Channel("127.0.0.1", server.port, int32);
  await channel.connect();
  assert((await channel.put([])).isOk());
  assertEquals(server.received, hex(PUT, END));
});

Deno.test("maxBatchSize cuts groups, each of at least one record", async () => {
  const one = "18000000" + KEY_A + "0a000000";
  for (
    const [maxBatchSize, groups] of [
      [1, [1, 1, 1, 1, 1]],
      [55, [1, 1, 1, 1, 1]],
      [56, [2, 2, 1]],
      [84, [3, 2]],
      [140, [5]],
    ] as const
  ) {
    const sent = hex(
      PUT,
      ...groups.map((count) =>
        "01000000" + (28 * count).toString(16).padStart(2, "0") + "000000" +
        one.repeat(count)
      ),
      END,
    );
    await using server = new Recorder(sent.length);
    await using channel = new Channel("127.0.0.1", server.port, int32);
    await channel.connect();
    const data = Array.from({ length: 5 }, () => record(A, 10));
    assert((await channel.put(data, { maxBatchSize })).isOk());
    assertEquals(server.received, sent, `maxBatchSize ${maxBatchSize}`);
  }
  await using channel = new Channel("127.0.0.1", 1, int32);
  for (const maxBatchSize of [0, -1, 2 ** 31, NaN]) {
    const failure = await failureOf(channel.put([], { maxBatchSize }));
    assert(failure instanceof RangeError, `${failure}`);
  }
});

Deno.test("sending stops at an invalid record, or skips it", async () => {
  const a = "01000000 1c000000 18000000" + KEY_A + "0a000000";
  const b = "07000000 1c000000 18000000" + KEY_B + "0b000000";
  const data = [record(A, 10), record(INVALID, 0), record(B, 11)];
  for (const [skipInvalid, groups] of [[false, a], [true, a + b]] as const) {
    const sent = hex(PUT, groups, END);
    await using server = new Recorder(sent.length);
    await using channel = new Channel("127.0.0.1", server.port, int32);
    await channel.connect();
    assert((await channel.put(data, { skipInvalid })).isOk());
    assertEquals(server.received, sent);
    // Nothing of it is left to be taken for the next request.
    assertEquals((await channel.getAcq(Key.MIN, Key.MAX)).acq, 99n);
  }
});

Deno.test("a value out of range is an error, and nothing is sent", async () => {
  await using server = new Recorder(16);
  const byte = new StructPayloadType<number>("B");
  await using channel = new Channel("127.0.0.1", server.port, byte);
  await channel.connect();
  const failure = await failureOf(channel.put([record(A, 1), record(A, 256)]));
  assert(failure instanceof RangeError, `${failure}`);
  assert((await channel.put([])).isOk());
  assertEquals(server.received, hex(PUT, END));
});

Deno.test("a payload over 32 MiB is an error", async () => {
  await using channel = new Channel("127.0.0.1", 1, new BytesPayloadType());
  const value = new Uint8Array(32 * 2 ** 20 + 1);
  const failure = await failureOf(channel.put([{ key: A, value }]));
  assert(failure instanceof RangeError, `${failure}`);
});

Deno.test("a hundred thousand groups are sent correctly", async () => {
  const count = 100_000;
  const head = 12;
  const sent = head + count * 36 + 4;
  await using server = new Recorder(sent);
  await using channel = new Channel("127.0.0.1", server.port, int32);
  await channel.connect();
  const data = Array.from(
    { length: count },
    (_, i) => record(A.with({ cid: i }), i),
  );
  assert((await channel.put(data)).isOk());
  const view = new DataView(server.received.buffer);
  for (let i = 0; i < count; i++) {
    const at = head + i * 36;
    if (
      view.getInt32(at, true) !== i || view.getInt32(at + 4, true) !== 28 ||
      view.getInt32(at + 8, true) !== 24 || view.getInt32(at + 32, true) !== i
    ) throw new Error(`Group ${i} is wrong`);
  }
});

Deno.test("a refusal in the middle of a PUT is ERROR, not a lost connection", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1000);
    await connection.write(hex(ERROR_HEADER));
    await setTimeout(50);
  });
  await using channel = new Channel(
    "127.0.0.1",
    server.port,
    new BytesPayloadType(),
  );
  await channel.connect();
  const value = new Uint8Array(1024 * 1024);
  const data = Array.from({ length: 50 }, () => ({ key: A, value }));
  assertEquals((await channel.put(data)).status, ResponseStatus.ERROR);
  const { status } = await channel.getAcq(Key.MIN, Key.MAX);
  assertEquals(status, ResponseStatus.DISCONNECTED);

  await channel.connect();
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  const failure = await failureOf((async () => {
    for (const each of data) await writer.write(each);
    await writer.close();
  })());
  assert(failure instanceof TStorageError, `${failure}`);
  assertEquals([failure.code, failure.status], ["ERROR", ResponseStatus.ERROR]);
});

Deno.test("an OK before the end of a PUT counts as ERROR", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1000);
    await connection.write(PUT_REPLY);
    await setTimeout(50);
  });
  await using channel = new Channel(
    "127.0.0.1",
    server.port,
    new BytesPayloadType(),
  );
  await channel.connect();
  const value = new Uint8Array(32 * 2 ** 20);
  const response = await channel.put([{ key: A, value }, { key: A, value }]);
  assertEquals(response.status, ResponseStatus.ERROR);
});

Deno.test("a malformed and a lost answer to a PUT have a status each", async () => {
  const cases: [string, ResponseStatus][] = [
    [ERROR_HEADER, ResponseStatus.ERROR],
    ["00000000 0000000000000000", ResponseStatus.ERROR],
    ["00000000 0800000000000000 0100000000000000", ResponseStatus.ERROR],
    ["00000000 10000000", ResponseStatus.DISCONNECTED],
    ["", ResponseStatus.DISCONNECTED],
  ];
  for (const [reply, status] of cases) {
    await using server = new ScriptedServer(async (connection) => {
      await connection.read(16);
      await connection.write(hex(reply));
    });
    await using channel = new Channel("127.0.0.1", server.port, int32);
    await channel.connect();
    assertEquals((await channel.put([])).status, status, reply);
  }
});

Deno.test("a writable sends records and batches as one request", async () => {
  const row = (key: string, value: string) => "18000000" + key + value;
  const sent = hex(
    PUT,
    "01000000 38000000",
    row(KEY_A, "0a000000"),
    row(KEY_A, "0b000000"),
    "02000000 1c000000",
    row(KEY_B, "0c000000"),
    "07000000 1c000000",
    row(KEY_B, "0d000000"),
    END,
  );
  await using server = new Recorder(sent.length);
  const type = new ColumnsPayloadType({ value: "i32" });
  await using channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  const writer = channel.writable().getWriter();
  await writer.write({ key: A, value: { value: 10 } });
  await writer.write({
    cid: new Int32Array([1, 2]),
    mid: new BigInt64Array([2n, -1n]),
    moid: new Int32Array([3, -2]),
    cap: new BigInt64Array([4n, -3n]),
    value: new Int32Array([11, 12]),
  });
  await writer.write({ key: B, value: { value: 13 } });
  await writer.close();
  assertEquals(server.received, sent);
});

Deno.test("a batch whose columns do not agree is an error", async () => {
  await using server = new Recorder(16);
  const type = new ColumnsPayloadType({ value: "i32" });
  const batch = {
    cid: new Int32Array(2),
    mid: new BigInt64Array(2),
    moid: new Int32Array(2),
    cap: new BigInt64Array(2),
    value: new Int32Array(2),
  };
  const cases: [object, string][] = [
    [
      { mid: new BigInt64Array(3) },
      '"mid" must be as long as "cid", 2, found 3',
    ],
    [{ value: new Float64Array(2) }, "of type Int32Array, found Float64Array"],
    [{ moid: undefined }, '"moid" must be a column of type Int32Array, found'],
    [{ cid: undefined }, '"cid" must be a column of type Int32Array, found'],
    [
      { cap: [1n, 2n] },
      '"cap" must be a column of type BigInt64Array, found [',
    ],
    [{ cid: new Int32Array([1, -1]) }, "a non-negative integer, found -1"],
  ];
  for (const [change, message] of cases) {
    await using channel = new Channel("127.0.0.1", server.port, type);
    await channel.connect();
    const writer = channel.writable().getWriter();
    writer.closed.catch(() => {});
    const failure = await failureOf(writer.write({ ...batch, ...change }));
    assert(`${failure}`.includes(message), `${failure}`);
  }
  await using channel = new Channel("127.0.0.1", server.port, type);
  const writer = channel.writable({ withAcq: true }).getWriter();
  writer.closed.catch(() => {});
  const failure = await failureOf(writer.write(batch));
  assert(failure instanceof TypeError && failure.message.includes("acq"));
});

Deno.test("a batch that fails in the middle of a PUT ends the request", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.readAll();
  });
  const type = new ColumnsPayloadType({ value: "i32" });
  await using channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  const count = 20_000;
  const batch = {
    cid: new Int32Array(count),
    mid: new BigInt64Array(count),
    moid: new Int32Array(count),
    cap: new BigInt64Array(count),
    value: new Int32Array(count),
  };
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  await writer.write(batch);
  const value = new Int32Array(1);
  const failure = await failureOf(writer.write({ ...batch, value }));
  assert(failure instanceof TypeError);
  const { status } = await channel.getAcq(Key.MIN, Key.MAX);
  assertEquals(status, ResponseStatus.DISCONNECTED);
});

Deno.test("aborting a writable closes the connection in the middle", async () => {
  const received = Promise.withResolvers<number>();
  await using server = new ScriptedServer(async (connection) => {
    received.resolve((await connection.readAll()).length);
  });
  const type = new BytesPayloadType();
  const channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  const writer = channel.writable().getWriter();
  for (let i = 0; i < 10; i++) {
    await writer.write({ key: A, value: new Uint8Array(100_000) });
  }
  await writer.abort();
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);
  const bytes = await received.promise;
  assert(bytes > 0 && bytes < 1_000_000, `${bytes}`);
});

Deno.test("a writable waits for a server that does not read", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1);
    await setTimeout(2000);
  });
  const type = new BytesPayloadType();
  const channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  let written = 0;
  const writing = (async () => {
    for (;; written++) {
      await writer.write({ key: A, value: new Uint8Array(100_000) });
    }
  })().catch(() => {});
  let before = -1;
  while (before !== written) {
    before = written;
    await setTimeout(100);
  }
  assert(written < 200, `${written * 100_000} bytes were taken`);
  await channel.close();
  await writing;
});

Deno.test("an abort does not wait for a server that does not read", async () => {
  const patience = new AbortController();
  let isWaitedFor = true;
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1);
    await setTimeout(20_000, undefined, { signal: patience.signal })
      .catch(() => isWaitedFor = false);
  });
  const type = new BytesPayloadType();
  await using channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  const value = new Uint8Array(30_000_000);
  const writes = [0, 1].map(() => writer.write({ key: A, value }));
  writes.push(writer.write({ key: A, value }));
  await setTimeout(50);
  const outcomes = Promise.allSettled(writes);
  await writer.abort();
  await outcomes;
  patience.abort();
  await setTimeout(0);
  assert(!isWaitedFor);
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);
});

Deno.test("a writer that takes its time does not time out", async () => {
  await using server = new Recorder(12 + 2 * (8 + 24 + 200_000) + 4);
  const type = new BytesPayloadType();
  const options = { timeout: 1000 };
  await using channel = new Channel("127.0.0.1", server.port, type, options);
  await channel.connect();
  const writer = channel.writable().getWriter();
  // The second one does not fit into the buffer, so the request begins.
  await writer.write({ key: A, value: new Uint8Array(200_000) });
  await writer.write({ key: A, value: new Uint8Array(200_000) });
  await setTimeout(1500);
  await writer.close();
});

/** Takes a request of known length, answers PUT with success, then GETACQ. */
class Recorder extends ScriptedServer {
  received = new Uint8Array();

  constructor(length: number) {
    const script: Script = async (connection) => {
      this.received = new Uint8Array(await connection.read(length));
      await connection.write(PUT_REPLY);
      if ((await connection.read(76)).length > 0) {
        await connection.write(ACQ_REPLY);
      }
    };
    super((connection) => script(connection));
  }
}

function record(key: Key, value: number) {
  return { key, value };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
}
