import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
} from "@std/assert";
import {
  Channel,
  type ChannelOptions,
  Key,
  TStorageError,
  UnitPayloadType,
} from "../../../src/tstorage/mod.ts";
import { CA_CERT, FailingServers } from "../../support/failing_servers.ts";

const type = new UnitPayloadType();

Deno.test("connect says why there is no connection", async () => {
  using servers = new FailingServers();
  const trusting = { tls: { caCerts: [CA_CERT] } };
  const aborted = { signal: AbortSignal.abort() };
  const cases: [string, number, ChannelOptions, RegExp][] = [
    ["127.0.0.1", servers.refusing(), {}, /connection refused/],
    ["no-such-host.invalid", 2025, {}, /unknown host/],
    ["localhost", servers.untrusted(), { tls: true }, /not trusted.*issuer/],
    ["127.0.0.2", servers.refusing(), {}, /"127\.0\.0\.2:\d+"/],
    ["::1", servers.refusing(), {}, /"\[::1\]:\d+": /],
    ["[::1]", servers.refusing(), {}, /"\[::1\]:\d+": (?!unknown host)/],
    ["127.0.0.1", servers.babbling(), trusting, /no TLS/],
    ["127.0.0.1", servers.closing(), trusting, /closed by the server/],
    ["127.0.0.1", servers.silent(), {
      tls: true,
      timeout: 200,
    }, /timed out after 200 ms/],
    ["127.0.0.1", servers.silent(), aborted, /given up/],
  ];
  for (const [host, port, options, reason] of cases) {
    await using channel = new Channel(host, port, type, options);
    const { status, cause } = await channel.connect();
    assertEquals(status, -1);
    assertInstanceOf(cause, TStorageError);
    assertEquals(cause.code, "ERROR");
    assertMatch(cause.message, /^Cannot connect to "/);
    assertMatch(cause.message, reason);
    assertInstanceOf(cause.cause, Error);
    // Later requests have the same reason.
    assertEquals((await channel.put([])).cause, cause);
  }
  await using wrong = new Channel("127.0.0.1", servers.untrusted(), type, {
    tls: { caCerts: [CA_CERT], hostname: "db.example" } as Deno.StartTlsOptions,
  });
  const { cause } = await wrong.connect();
  assertMatch(String(cause), /wrong certificate, for other names.*localhost/);
});

Deno.test("a request says how its connection was lost", async () => {
  using servers = new FailingServers();
  const cases: [number, ChannelOptions, RegExp][] = [
    [servers.closing(), {}, /closed/],
    [servers.resetting(), {}, /reset|closed/],
    [servers.silent(), { timeout: 200 }, /[Tt]imed out.*200 ms/],
  ];
  for (const [port, options, reason] of cases) {
    const requests: ((channel: Channel<void>) => Promise<unknown>)[] = [
      async (channel) => (await channel.put([])).cause,
      async (channel) => (await channel.getAcq(Key.MIN, Key.MAX)).cause,
      async (channel) => (await channel.get(Key.MIN, Key.MAX)).cause,
      (channel) =>
        assertRejects(
          () => Array.fromAsync(channel.records(Key.MIN, Key.MAX)),
          TStorageError,
          "GET failed with DISCONNECTED",
        ),
      async (channel) => {
        const writer = channel.writable().getWriter();
        await writer.write({ key: new Key(1, 1n, 1, 1n), value: undefined })
          .catch(() => {});
        writer.closed.catch(() => {});
        return await assertRejects(() => writer.close(), TStorageError);
      },
    ];
    for (const request of requests) {
      await using channel = new Channel("127.0.0.1", port, type, options);
      assert((await channel.connect()).isOk());
      assertMatch(String(await request(channel)), reason);
      const later = await channel.put([]);
      assertEquals(later.status, 128);
      assertMatch(String(later.cause), reason);
    }
  }
});

Deno.test("a channel that is not connected, or closed, says so", async () => {
  using servers = new FailingServers();
  const channel = new Channel("127.0.0.1", servers.silent(), type);
  assertMatch(String((await channel.put([])).cause), /not connected/);
  await channel.connect();
  const getting = channel.getAcq(Key.MIN, Key.MAX);
  // The request is on its way.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await channel.close();
  assertMatch(String((await getting).cause), /closed here/);
  assertMatch(String((await channel.put([])).cause), /closed here/);
});
