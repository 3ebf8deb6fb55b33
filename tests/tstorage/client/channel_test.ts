import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Channel,
  type ChannelOptions,
  ColumnsPayloadType,
  Key,
  type Record,
  ResponseAcq,
  ResponseStatus,
} from "../../../src/tstorage/mod.ts";
import { type Script, ScriptedServer } from "../scripted_server.ts";
import {
  ACQ_REPLY,
  concat,
  EMPTY_REPLY,
  ERROR_HEADER,
  GET_REPLY,
  hex,
  KEY_12345,
  KEY_7,
  OK_HEADER,
  PUT_REPLY,
} from "../wire_bytes.ts";

const type = new ColumnsPayloadType({ value: "i32" });
const FIRST = new Key(1, 2n, 3, 4n, 5n);
const SECOND = new Key(7, -1n, -2, -3n, -4n);
const KEYS = [FIRST, SECOND];
type Row = { readonly value: number };

/** Every way to read, as the values that came and how it ended. */
const WAYS: {
  [way: string]: (
    channel: TestChannel,
  ) => Promise<{ values: number[]; status: ResponseStatus; acq: bigint }>;
} = {
  async get(channel) {
    const { data, ...response } = await channel.get(FIRST, SECOND);
    return { values: valuesOf(data), ...response };
  },
  async getStream(channel) {
    const values: number[] = [];
    const response = await channel.getStream(FIRST, SECOND, async (records) => {
      await Promise.resolve();
      values.push(...valuesOf(records));
    });
    return { values, ...response };
  },
  async getIter(channel) {
    const values: number[] = [];
    let end = new ResponseAcq(ResponseStatus.ERROR);
    for await (const each of channel.getIter(FIRST, SECOND)) {
      if (each instanceof ResponseAcq) end = each;
      else values.push(each.value.value);
    }
    return { values, ...end };
  },
  async records(channel) {
    const stream = channel.records(FIRST, SECOND);
    const values: number[] = [];
    const failure = await failureOf(async () => {
      for await (const { value } of stream) values.push(value.value);
    });
    return { values, ...checked(await stream.done, failure) };
  },
  async batches(channel) {
    const stream = channel.batches(FIRST, SECOND);
    const values: number[] = [];
    const failure = await failureOf(async () => {
      for await (const batch of stream) values.push(...batch.value);
    });
    return { values, ...checked(await stream.done, failure) };
  },
};

type TestChannel = ReturnType<typeof channelTo>;

Deno.test("the bytes of a GET are those of the protocol", async () => {
  const requests: Uint8Array[] = [];
  await using server = new ScriptedServer(async (connection) => {
    for (let i = 0; i < 5; i++) {
      requests.push(await connection.read(76));
      await connection.write(GET_REPLY);
    }
  });
  await using channel = channelTo(server);
  await channel.connect();
  const expected = hex("01000000 4000000000000000", KEY_12345, KEY_7);
  for (const [way, read] of Object.entries(WAYS)) {
    assertEquals(
      await read(channel),
      { values: [10, 11], status: ResponseStatus.OK, acq: 99n },
      way,
    );
    assertEquals(requests.pop(), expected, way);
  }
});

Deno.test("an answer is complete wherever it is cut", async () => {
  const ways = Object.values(WAYS);
  await using server = new ScriptedServer(async (connection) => {
    for (let cut = 0; cut <= GET_REPLY.length; cut++) {
      for (const _ of ways) {
        await connection.read(76);
        await connection.writeCut(GET_REPLY, cut);
      }
      await connection.read(76);
      await connection.writeCut(ACQ_REPLY, cut % 20);
      await connection.read(16);
      await connection.writeCut(PUT_REPLY, cut % 28);
    }
  });
  await using channel = channelTo(server);
  await channel.connect();
  for (let cut = 0; cut <= GET_REPLY.length; cut++) {
    for (const read of ways) {
      assertEquals(
        await read(channel),
        { values: [10, 11], status: ResponseStatus.OK, acq: 99n },
        `cut at ${cut}`,
      );
    }
    assertEquals((await channel.getAcq(FIRST, SECOND)).acq, 99n);
    assert((await channel.put([])).isOk());
  }
  assertEquals(server.errors, []);
});

Deno.test("a slow answer is complete", async () => {
  await using server = new ScriptedServer(async (connection) => {
    for (const _ of Object.values(WAYS)) {
      await connection.read(76);
      for (const byte of GET_REPLY) {
        await connection.writeCut(new Uint8Array([byte]), 0);
      }
    }
  });
  await using channel = channelTo(server);
  await channel.connect();
  for (const read of Object.values(WAYS)) {
    assertEquals((await read(channel)).values, [10, 11]);
  }
});

Deno.test("an answer that stops anywhere is DISCONNECTED, with the records before", async () => {
  let cut = 0;
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(GET_REPLY.subarray(0, cut));
  });
  for (cut = 0; cut < GET_REPLY.length; cut++) {
    const whole = Math.min(2, Math.floor(Math.max(0, cut - 12) / 40));
    for (const read of Object.values(WAYS)) {
      await using channel = channelTo(server);
      await channel.connect();
      assertEquals(await read(channel), {
        values: [10, 11].slice(0, whole),
        status: ResponseStatus.DISCONNECTED,
        acq: -1n,
      }, `cut at ${cut}`);
      // A failed GET closes the channel.
      assertEquals((await channel.close()).status, ResponseStatus.ERROR);
    }
  }
});

Deno.test("each failure of a GET has its status, and closes the channel", async () => {
  const record = "24000000" + KEY_12345 + "0a000000";
  const cases: [string, Uint8Array, ResponseStatus, number][] = [
    ["error header", hex(ERROR_HEADER), ResponseStatus.BAD_REQUEST, 0],
    [
      "error header with a body",
      hex("05000000 0300000000000000 010203"),
      ResponseStatus.BAD_REQUEST,
      0,
    ],
    [
      "refused after the records",
      hex(OK_HEADER, record, "00000000", ERROR_HEADER),
      ResponseStatus.ERROR,
      1,
    ],
    [
      "a final body too short",
      hex(OK_HEADER, record, "00000000", "00000000 0400000000000000 01000000"),
      ResponseStatus.ERROR,
      1,
    ],
    [
      "a negative length",
      hex(OK_HEADER, record, "feffffff"),
      ResponseStatus.UNPARSEABLE_ENTITY,
      1,
    ],
    [
      "a wrong length",
      hex(OK_HEADER, record, "23000000" + KEY_12345 + "0a000000"),
      ResponseStatus.UNPARSEABLE_ENTITY,
      1,
    ],
    [
      "a length of 2 GiB",
      hex(OK_HEADER, record, "ffffff7f", KEY_12345),
      ResponseStatus.UNPARSEABLE_ENTITY,
      1,
    ],
    [
      "a negative cid",
      hex(OK_HEADER, record, "24000000 ffffffff", KEY_7.slice(8), "00000000"),
      ResponseStatus.UNPARSEABLE_ENTITY,
      1,
    ],
  ];
  let reply: Uint8Array = EMPTY_REPLY;
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(reply);
    // Silent, but there: the status must not need the end of the connection.
    await connection.read(1);
  });
  for (const [what, bytes, status, records] of cases) {
    reply = bytes;
    for (const [way, read] of Object.entries(WAYS)) {
      await using channel = channelTo(server);
      await channel.connect();
      const result = await read(channel);
      assertEquals(result.status, status, `${what}, ${way}`);
      assertEquals(result.values.length, records, `${what}, ${way}`);
      assertEquals((await channel.close()).status, ResponseStatus.ERROR, what);
    }
  }
});

Deno.test("bodies longer than expected are skipped", async () => {
  const reply = hex(
    "00000000 0300000000000000 aabbcc",
    "24000000" + KEY_12345 + "0a000000",
    "00000000",
    "00000000 0b00000000000000 6300000000000000 ddeeff",
  );
  await using server = new ScriptedServer(async (connection) => {
    for (const _ of Object.values(WAYS)) {
      await connection.read(76);
      await connection.write(reply);
    }
    await connection.read(76);
    await connection.write(
      hex("00000000 0a00000000000000 6300000000000000 0102"),
    );
    await connection.read(16);
    await connection.write(
      hex("00000000 1100000000000000", "00".repeat(16), "ff"),
    );
    await connection.read(76);
    await connection.write(ACQ_REPLY);
  });
  await using channel = channelTo(server);
  await channel.connect();
  for (const read of Object.values(WAYS)) {
    assertEquals(await read(channel), {
      values: [10],
      status: ResponseStatus.OK,
      acq: 99n,
    });
  }
  assertEquals((await channel.getAcq(FIRST, SECOND)).acq, 99n);
  assert((await channel.put([])).isOk());
  assertEquals((await channel.getAcq(FIRST, SECOND)).acq, 99n);
});

Deno.test("an announced length allocates nothing", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    // The largest record that there can be, of which a few bytes come.
    await connection.write(hex(OK_HEADER, "20000002", KEY_12345));
    await connection.read(1);
  });
  await using channel = channelTo(server, { timeout: 200 });
  await channel.connect();
  const before = Deno.memoryUsage().external;
  const reading = channel.get(FIRST, SECOND);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const grown = Deno.memoryUsage().external - before;
  assert(grown < 1024 * 1024, `${grown} bytes for a record that never came`);
  assertEquals((await reading).status, ResponseStatus.DISCONNECTED);
});

Deno.test("a server that says nothing is DISCONNECTED after the timeout", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1_000_000);
  });
  const requests: ((channel: TestChannel) => Promise<ResponseStatus>)[] = [
    ...Object.values(WAYS).map((read) => async (channel: TestChannel) =>
      (await read(channel)).status
    ),
    async (channel) => (await channel.getAcq(FIRST, SECOND)).status,
    async (channel) => (await channel.put([])).status,
  ];
  await Promise.all(requests.map(async (request) => {
    await using channel = channelTo(server, { timeout: 50 });
    await channel.connect();
    assertEquals(await request(channel), ResponseStatus.DISCONNECTED);
    assertEquals((await channel.close()).status, ResponseStatus.ERROR);
  }));
});

Deno.test("a reader that takes its time does not time out", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(GET_REPLY.subarray(0, 52));
    await new Promise((resolve) => setTimeout(resolve, 1800));
    await connection.write(GET_REPLY.subarray(52));
  });
  await using channel = channelTo(server, { timeout: 800 });
  await channel.connect();
  const stream = channel.records(FIRST, SECOND);
  const values = [];
  for await (const { value } of stream) {
    values.push(value.value);
    // The wait for the second record begins shortly before the first timeout
    // would have been over, and ends after it.
    if (values.length === 1) {
      await new Promise((resolve) => setTimeout(resolve, 1200));
    }
  }
  assertEquals(values, [10, 11]);
  assert((await stream.done).isOk());
});

Deno.test("limits must be positive numbers", async () => {
  await using channel = new Channel("127.0.0.1", 1, type);
  for (const limit of [0, -1, NaN]) {
    for (const name of ["timeout", "memoryLimit"] as const) {
      assertThrows(() => channel[name] = limit, RangeError, `${name}`);
      const options = { [name]: limit };
      assertThrows(
        () => new Channel("127.0.0.1", 1, type, options),
        RangeError,
        `found ${limit}`,
      );
    }
  }
});

Deno.test("a GET that cannot be sent is an error, and the next request goes on", async () => {
  await using server = replying(ACQ_REPLY);
  await using channel = channelTo(server);
  await channel.connect();
  const none = undefined as unknown as Key;
  const requests: [() => unknown, new () => Error][] = [
    ...[0, -1, NaN, Infinity, 2 ** 31].flatMap((recvBufferSize) => {
      const options = { recvBufferSize };
      return [
        () => channel.get(FIRST, SECOND, options),
        () => channel.getStream(FIRST, SECOND, () => {}, options),
        () => channel.getIter(FIRST, SECOND, options).next(),
        () => channel.records(FIRST, SECOND, options),
        () => channel.batches(FIRST, SECOND, options),
      ].map((read): [() => unknown, new () => Error] => [read, RangeError]);
    }),
    [() => channel.get(none, SECOND), TypeError],
    [() => channel.records(FIRST, none), TypeError],
    [() => channel.getAcq(FIRST, none), TypeError],
  ];
  for (const [request, error] of requests) {
    assert(await failureOf(async () => void await request()) instanceof error);
  }
  assert((await channel.getAcq(FIRST, SECOND)).isOk());
});

Deno.test("without a connection each request is DISCONNECTED", async () => {
  await using server = replying(GET_REPLY);
  await using channel = channelTo(server);
  for (const read of Object.values(WAYS)) {
    assertEquals((await read(channel)).status, ResponseStatus.DISCONNECTED);
  }
  const { status } = await channel.getAcq(FIRST, SECOND);
  assertEquals(status, ResponseStatus.DISCONNECTED);
  assertEquals((await channel.put([])).status, ResponseStatus.DISCONNECTED);
  assertEquals((await channel.puta([])).status, ResponseStatus.DISCONNECTED);
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);
  assertEquals(server.connections, 0);
});

Deno.test("connect is ERROR without a server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using channel = new Channel("127.0.0.1", port, type);
  assertEquals((await channel.connect()).status, ResponseStatus.ERROR);
});

Deno.test("connecting again closes the earlier connection", async () => {
  const ended: number[] = [];
  await using server = new ScriptedServer(async (connection) => {
    const number = server.connections;
    const request = await connection.read(76);
    if (request.length === 0) ended.push(number);
    else await connection.write(GET_REPLY);
  });
  await using channel = channelTo(server);
  const both = await Promise.all([channel.connect(), channel.connect()]);
  assert(both.every((response) => response.isOk()));
  assert((await channel.connect()).isOk());
  assert((await channel.get(FIRST, SECOND)).isOk());
  assertEquals(server.connections, 3);
  assertEquals(ended.length, 2);
});

Deno.test("a close during connect leaves the channel closed", async () => {
  await using server = replying(GET_REPLY);
  await using channel = channelTo(server);
  const connecting = channel.connect();
  await channel.close();
  assertEquals((await connecting).status, ResponseStatus.ERROR);
  const { status } = await channel.get(FIRST, SECOND);
  assertEquals(status, ResponseStatus.DISCONNECTED);
});

Deno.test("an error of the payload type rejects the request and ends it", async () => {
  await using server = replying(GET_REPLY);
  const mistake = new Error("mine");
  const throwing = {
    toBytes: () => new Uint8Array(),
    fromBytes(): number {
      throw mistake;
    },
  };
  await using channel = new Channel("127.0.0.1", server.port, throwing);
  for (
    const read of [
      () => channel.get(FIRST, SECOND),
      () => channel.getStream(FIRST, SECOND, () => {}),
      () => Array.fromAsync(channel.getIter(FIRST, SECOND)),
      () => Array.fromAsync(channel.records(FIRST, SECOND)),
    ]
  ) {
    await channel.connect();
    assertEquals(await failureOf(read), mistake);
    const { status } = await channel.getAcq(FIRST, SECOND);
    assertEquals(status, ResponseStatus.DISCONNECTED);
  }
});

Deno.test("requests on one channel are sent one after another", async () => {
  let early = 0;
  await using server = new ScriptedServer(async (connection) => {
    for (let i = 0; i < 3; i++) {
      await connection.read(76 - early);
      const next = connection.read(1);
      const pause = new Promise<undefined>((resolve) =>
        setTimeout(() => resolve(undefined), 20)
      );
      early = (await Promise.race([next, pause]))?.length ?? 0;
      assertEquals(early, 0, "asked before the answer");
      await connection.write(EMPTY_REPLY);
      early = (await next).length;
    }
  });
  await using channel = channelTo(server);
  await channel.connect();
  const responses = await Promise.all(
    Array.from({ length: 3 }, () => channel.get(FIRST, SECOND)),
  );
  assertEquals(responses.map(({ acq }) => acq), [99n, 99n, 99n]);
  await channel.close();
  assertEquals(server.errors, []);
});

Deno.test("bytes after an answer do not answer the next request", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(concat(GET_REPLY, ACQ_REPLY));
    await connection.read(76);
  });
  await using channel = channelTo(server);
  await channel.connect();
  assert((await channel.get(FIRST, SECOND)).isOk());
  const { status } = await channel.getAcq(FIRST, SECOND);
  assertEquals(status, ResponseStatus.DISCONNECTED);
});

Deno.test("cancelling a stream closes the connection", async () => {
  await using server = replying(GET_REPLY);
  await using channel = channelTo(server);
  await channel.connect();
  const stream = channel.records(FIRST, SECOND);
  for await (const { key } of stream) {
    assertEquals(key, FIRST);
    break;
  }
  assertEquals((await stream.done).status, ResponseStatus.DISCONNECTED);
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);

  await channel.connect();
  for await (const _ of channel.getIter(FIRST, SECOND)) break;
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);
});

Deno.test("a stream that is never read sends nothing", async () => {
  await using server = replying(GET_REPLY);
  await using channel = channelTo(server);
  await channel.connect();
  const unread = channel.records(FIRST, SECOND);
  assert((await channel.get(FIRST, SECOND)).isOk());
  await unread.cancel();
  assert((await channel.get(FIRST, SECOND)).isOk());
});

Deno.test("an error of a getStream callback rejects the request and ends it", async () => {
  await using server = replying(GET_REPLY);
  await using channel = channelTo(server, { memoryLimit: 40 });
  await channel.connect();
  const mistake = new Error("mine");
  const failure = await failureOf(() =>
    channel.getStream(FIRST, SECOND, () => Promise.reject(mistake))
  );
  assertEquals(failure, mistake);
  assertEquals((await channel.close()).status, ResponseStatus.ERROR);
});

Deno.test("aborting the channel's signal ends requests under way, and the channel for good", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(1_000_000);
  });
  const abort = new AbortController();
  await using channel = channelTo(server, { signal: abort.signal });
  await channel.connect();
  const reading = channel.get(FIRST, SECOND);
  setTimeout(() => abort.abort(), 20);
  assertEquals((await reading).status, ResponseStatus.DISCONNECTED);
  assertEquals((await channel.connect()).status, ResponseStatus.ERROR);
});

Deno.test("a payload type without columns has no batches", async () => {
  await using channel = new Channel("127.0.0.1", 1, {
    toBytes: () => new Uint8Array(),
    fromBytes: () => 1,
  });
  const failure = await failureOf(() => channel.batches(FIRST, SECOND));
  assert(failure instanceof TypeError);
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  // @ts-expect-error It has no batches, so there is none to be written.
  const writing = writer.write({});
  assert(await failureOf(() => writing) instanceof TypeError);
});

function replying(reply: Uint8Array): ScriptedServer {
  const script: Script = async (connection) => {
    while ((await connection.read(76)).length === 76) {
      await connection.write(reply);
    }
  };
  return new ScriptedServer(script);
}

function channelTo({ port }: ScriptedServer, options: ChannelOptions = {}) {
  return new Channel("127.0.0.1", port, type, options);
}

function valuesOf(records: Record<Row>[]): number[] {
  for (const [i, { key }] of records.entries()) {
    assert(KEYS.some((known) => Key.compare(known, key) === 0), `record ${i}`);
  }
  return records.map(({ value }) => value.value);
}

/** The outcome of a stream, which its error must match. */
function checked(end: ResponseAcq, failure: unknown): ResponseAcq {
  assertEquals((failure as { status?: number })?.status ?? 0, end.status);
  return end;
}

async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
}
