import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  LineHostMirror,
  LineHostReader,
  LinesError,
} from "@sluice/sluice/lines";
import { StoreError, UrlStore } from "@sluice/sluice/store";
import { connectionFailure } from "../../../src/internal/mod.ts";
import { FailingServers } from "../../support/failing_servers.ts";

Deno.test("mirrors, readers and stores say why a server cannot be reached", async () => {
  using servers = new FailingServers();
  const cases: [string, RegExp][] = [
    [`http://127.0.0.1:${servers.refusing()}`, /connection refused/],
    ["http://no-such-host.invalid", /unknown host/],
    [`https://localhost:${servers.untrusted()}`, /not trusted.*issuer/],
    [`https://127.0.0.1:${servers.babbling()}`, /no TLS/],
    [`http://127.0.0.1:${servers.babbling()}`, /no HTTP/],
    [`http://127.0.0.1:${servers.closing()}`, /closed by the server/],
    [`http://127.0.0.1:${servers.resetting()}`, /reset|closed/],
  ];
  await Promise.all(cases.map(async ([url, reason]) => {
    const address = `${url}/sync-stream`;
    const options = { timeout: 400 };
    const mirror = new LineHostMirror(address, options);
    using reader = new LineHostReader(address, options);
    const failures = [
      await assertRejects(() => mirror.write("a\n"), LinesError, address),
      await assertRejects(() => reader.read(), LinesError, address),
      await assertRejects(async () => {
        await using store = new UrlStore(`${url}/`, { retries: 0 });
        await store.connect();
      }, StoreError),
    ];
    for (const failure of failures) {
      assertMatch(failure.message, reason, `${url}: ${failure.message}`);
      assertEquals(failure.cause instanceof Error, true);
    }
    await mirror.close().catch(() => {});
  }));
  const silent = `http://127.0.0.1:${servers.silent()}/sync-stream`;
  using reader = new LineHostReader(silent, { timeout: 200 });
  const late = await assertRejects(() => reader.read(), LinesError, "200 ms");
  assertEquals(late.code, "TIMEOUT");
});

Deno.test("a failure of another kind is told as it is", () => {
  assertEquals(
    connectionFailure(new Error("Something else")),
    "Something else",
  );
  assertEquals(connectionFailure("a text"), "a text");
  const secret = new TypeError("fetch failed", {
    cause: new Error(
      "error sending request for url (http://u:p@x/?sig=s): odd",
    ),
  });
  assertEquals(connectionFailure(secret), "odd");
});
