import { assertEquals } from "@std/assert";
import { shownUrl } from "../../src/internal/mod.ts";

Deno.test("a URL is shown without what may be a secret", () => {
  const cases: [url: string, shown: string][] = [
    ["http://host:1/a/b", "http://host:1/a/b"],
    ["http://user:pass@host/a?token=t#x", "http://host/a"],
    ["https://user@host", "https://host"],
    ["nats://a:b@c:d@host:4222/bucket", "nats://host:4222/bucket"],
    ["//user:pass@host/a", "//host/a"],
    ["http://host/a@b?c@d", "http://host/a@b"],
    ["http://host?x\ny", "http://host"],
    ["file:some/dir", "file:some/dir"],
    ["xyz", "xyz"],
  ];
  for (const [url, shown] of cases) assertEquals(shownUrl(url), shown);
  assertEquals(shownUrl(new URL("http://u:p@h/a?b")), "http://h/a");
});
