import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  type RequestOptions,
  ResponseStatus,
} from "../../../src/tstorage/mod.ts";
import { ScriptedServer } from "../scripted_server.ts";
import { ACQ_REPLY, GET_REPLY } from "../wire_bytes.ts";

const type = new ColumnsPayloadType({ value: "i32" });
const MIN = new Key(1, 2n, 3, 4n, 5n);
const MAX = new Key(7, -1n, -2, -3n, -4n);
const RECORD = { key: MIN, value: { value: 1 } };
const REASON = new Error("given up");

type TestChannel = ReturnType<typeof channelTo>;

/** Every request, each of which takes a signal. */
const REQUESTS: {
  readonly [name: string]: (
    channel: TestChannel,
    options: RequestOptions,
  ) => Promise<unknown>;
} = {
  get: (channel, options) => channel.get(MIN, MAX, options),
  getStream: (channel, options) =>
    channel.getStream(MIN, MAX, () => {}, options),
  getIter: (channel, options) =>
    Array.fromAsync(channel.getIter(MIN, MAX, options)),
  records: (channel, options) =>
    Array.fromAsync(channel.records(MIN, MAX, options)),
  batches: (channel, options) =>
    Array.fromAsync(channel.batches(MIN, MAX, options)),
  getAcq: (channel, options) => channel.getAcq(MIN, MAX, options),
  put: (channel, options) => channel.put([RECORD], options),
  puta: (channel, options) => channel.puta([RECORD], options),
  writable: async (channel, options) => {
    const writer = channel.writable(options).getWriter();
    writer.closed.catch(() => {});
    await writer.write(RECORD);
    await writer.close();
  },
};

Deno.test("a signal that aborts while the server is silent ends each request, and the connection", async () => {
  for (const [name, request] of Object.entries(REQUESTS)) {
    const arrived = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (connection) => {
      await connection.read(12);
      arrived.resolve();
      await connection.readAll();
      ended.resolve();
    });
    await using channel = channelTo(server);
    await channel.connect();
    const abort = new AbortController();
    const ending = failureOf(request(channel, { signal: abort.signal }));
    await arrived.promise;
    abort.abort(REASON);
    assertEquals(await ending, REASON, name);
    await ended.promise;
    assertEquals((await channel.close()).status, ResponseStatus.ERROR, name);
  }
});

Deno.test("a signal that aborts before the request's turn leaves the connection alone", async () => {
  for (const [name, request] of Object.entries(REQUESTS)) {
    const answer = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (connection) => {
      await connection.read(76);
      await answer.promise;
      await connection.write(ACQ_REPLY);
      assertEquals((await connection.read(76))[0], 7, name);
      await connection.write(ACQ_REPLY);
    });
    await using channel = channelTo(server);
    await channel.connect();
    const first = channel.getAcq(MIN, MAX);
    const abort = new AbortController();
    const ending = failureOf(request(channel, { signal: abort.signal }));
    const last = channel.getAcq(MIN, MAX);
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(REASON);
    assertEquals(await ending, REASON, name);
    answer.resolve();
    assertEquals((await first).acq, 99n, name);
    assertEquals((await last).acq, 99n, name);
    assertEquals(server.errors, [], name);
  }
});

Deno.test("a signal that has aborted sends nothing", async () => {
  await using server = new ScriptedServer(async (connection) => {
    assertEquals((await connection.read(76))[0], 7);
    await connection.write(ACQ_REPLY);
  });
  await using channel = channelTo(server);
  const signal = AbortSignal.abort(REASON);
  assertEquals(await failureOf(channel.connect({ signal })), REASON);
  await channel.connect();
  for (const [name, request] of Object.entries(REQUESTS)) {
    assertEquals(await failureOf(request(channel, { signal })), REASON, name);
  }
  assertEquals((await channel.getAcq(MIN, MAX)).acq, 99n);
  assertEquals(server.errors, []);
});

Deno.test("a signal that aborts after the request changes nothing", async () => {
  await using server = new ScriptedServer(async (connection) => {
    for (const reply of [GET_REPLY, ACQ_REPLY, ACQ_REPLY]) {
      await connection.read(76);
      await connection.write(reply);
    }
  });
  await using channel = channelTo(server);
  await channel.connect();
  const abort = new AbortController();
  const { signal } = abort;
  const stream = channel.records(MIN, MAX, { signal });
  assertEquals((await Array.fromAsync(stream)).length, 2);
  assert((await channel.getAcq(MIN, MAX, { signal })).isOk());
  abort.abort(REASON);
  assert((await stream.done).isOk());
  assert((await channel.getAcq(MIN, MAX)).isOk());
});

Deno.test("a stream whose signal aborts between two reads fails with the reason", async () => {
  await using server = new ScriptedServer(async (connection) => {
    await connection.read(76);
    await connection.write(GET_REPLY.subarray(0, 52));
    await connection.readAll();
  });
  await using channel = channelTo(server);
  await channel.connect();
  const abort = new AbortController();
  const stream = channel.records(MIN, MAX, { signal: abort.signal });
  const reader = stream.getReader();
  assertEquals((await reader.read()).value?.value.value, 10);
  abort.abort(REASON);
  assertEquals((await stream.done).status, ResponseStatus.DISCONNECTED);
  assertEquals(await failureOf(reader.read()), REASON);
});

Deno.test("a signal ends the attempt to connect", async () => {
  // Accepts connections, but never answers the TLS handshake.
  await using server = new ScriptedServer(async (connection) => {
    await connection.readAll();
  });
  const options = { tls: true };
  await using channel = new Channel("127.0.0.1", server.port, type, options);
  const abort = new AbortController();
  const connecting = failureOf(channel.connect({ signal: abort.signal }));
  setTimeout(() => abort.abort(REASON), 20);
  assertEquals(await connecting, REASON);
});

Deno.test("a signal that is not one is refused", async () => {
  await using channel = new Channel("127.0.0.1", 1, type);
  const signal = new AbortController() as unknown as AbortSignal;
  const refused = '"signal" must be an AbortSignal, found AbortController';
  for (const [name, request] of Object.entries(REQUESTS)) {
    await assertRejects(
      async () => await request(channel, { signal }),
      TypeError,
      refused,
      name,
    );
  }
  await assertRejects(() => channel.connect({ signal }), TypeError, refused);
  assertThrows(
    () => new Channel("127.0.0.1", 1, type, { signal }),
    TypeError,
    refused,
  );
});

function channelTo({ port }: ScriptedServer) {
  return new Channel("127.0.0.1", port, type);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
}
