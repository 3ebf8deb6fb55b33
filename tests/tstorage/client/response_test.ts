import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  BytesPayloadType,
  Channel,
  Key,
  ResponseStatus,
  serveTStorage,
  StructPayloadType,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { freePort } from "../../support/free_port.ts";

const celsius = new StructPayloadType("<d");
const key = new Key(1, 7n, 0, 0n);

Deno.test("orThrow returns a response whose status is OK", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await Channel.open("127.0.0.1", server.port, celsius);
  const stored = await channel.put([{ key, value: 21.5 }]);
  assertStrictEquals(stored.orThrow(), stored);
  assertEquals(stored.reason, "PUT was carried out");
  const { data } = (await channel.get(Key.MIN, Key.MAX)).orThrow();
  assertEquals(data.map(({ value }) => value), [21.5]);
  const { acq } = (await channel.getAcq(Key.MIN, Key.MAX)).orThrow();
  assert(acq > 0n);
  (await channel.connect()).orThrow();
  assertEquals((await channel.close()).reason, "close was carried out");
});

Deno.test("every failed response has a reason, which orThrow throws", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await Channel.open("127.0.0.1", server.port, celsius);
  const refused = await channel.get(Key.MAX, Key.MIN);
  const later = await channel.put([{ key, value: 21.5 }]);
  const closed = await channel.close();
  const acq = await channel.getAcq(Key.MIN, Key.MAX);
  const never = new Channel("127.0.0.1", server.port, celsius);
  const unconnected = await never.puta([{ key, value: 1 }]);
  const cases = [
    [refused, "ERROR", "GET failed with ERROR: the server refused it"],
    [later, "DISCONNECTED", "PUT failed with DISCONNECTED: the connection"],
    [closed, "ERROR", "close failed with ERROR: the"],
    [acq, "DISCONNECTED", "(the channel was closed here)"],
    [unconnected, "DISCONNECTED", "(the channel is not connected)"],
  ] as const;
  for (const [response, code, reason] of cases) {
    assert(response.reason.includes(reason), response.reason);
    const error = assertThrows(() => response.orThrow(), TStorageError);
    assertEquals(error.message, response.reason);
    assertEquals([error.code, error.status], [code, response.status]);
    assertEquals(error.cause, response.cause);
  }
});

Deno.test("a server that is not there is the error of open, and the reason of connect", async () => {
  const port = freePort();
  const open = () => Channel.open("127.0.0.1", port, celsius);
  const { message, code } = await assertRejects(open, TStorageError);
  assertEquals(code, "ERROR");
  assert(message.startsWith(`Cannot connect to "127.0.0.1:${port}": `));
  const response = await new Channel("127.0.0.1", port, celsius).connect();
  assertEquals(response.status, ResponseStatus.ERROR);
  assertEquals(response.reason, message);
  assertThrows(() => response.orThrow(), TStorageError, message);
});

Deno.test("open that is given up fails with the reason of its signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => Channel.open("127.0.0.1", 2025, celsius, { signal }),
    Error,
    "enough",
  );
});

Deno.test({
  name: "a missing permission is an error, never a status",
  permissions: { net: false },
  async fn() {
    const type = new BytesPayloadType();
    const { NotCapable } = Deno.errors;
    await using channel = new Channel("127.0.0.1", 2025, type);
    await assertRejects(() => channel.connect(), NotCapable);
    await assertRejects(
      () => Channel.open("127.0.0.1", 2025, type),
      NotCapable,
    );
    const { status } = await channel.get(Key.MIN, Key.MAX);
    assertEquals(status, ResponseStatus.DISCONNECTED);
  },
});
