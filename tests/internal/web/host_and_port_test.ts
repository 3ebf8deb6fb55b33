import { assertEquals } from "@std/assert";
import { bareHost, hostAndPort } from "../../../src/internal/mod.ts";

Deno.test("an IPv6 address has brackets where a port follows, and else none", () => {
  for (const host of ["localhost", "127.0.0.1", "::1", "fe80::1%eth0"]) {
    const isAddress = host.includes(":");
    const shown = isAddress ? `[${host}]` : host;
    assertEquals(hostAndPort(host, 80), `${shown}:80`);
    assertEquals(hostAndPort(shown, 80), `${shown}:80`);
    assertEquals(bareHost(shown), host);
    assertEquals(bareHost(host), host);
  }
});
