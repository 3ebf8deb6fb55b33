import { assertEquals } from "@std/assert";
import { shownUrl, withShownUrls } from "../../../src/internal/mod.ts";

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
    ["http://user:pa ss@exa mple.com/a", "http://exa mple.com/a"],
    ["http://user:p/w@host:x/a", "http://host:x/a"],
    ["http://user:p?w@host/a", "http://host/a"],
    ["http:user:pass@host/a", "http://host/a"],
    [" https:\\\\user:pass@host/a", "https://host/a"],
    ["http://u:p@[::1]:80/x", "http://[::1]:80/x"],
  ];
  for (const [url, shown] of cases) assertEquals(shownUrl(url), shown);
  assertEquals(shownUrl(new URL("http://u:p@h/a?b")), "http://h/a");
});

Deno.test("every URL of a text is shown without its secrets", () => {
  assertEquals(
    withShownUrls(
      'error sending request for url (http://u:secret@127.0.0.1:1/a?k=secret): see "https://x:secret@y"',
    ),
    'error sending request for url (http://127.0.0.1:1/a): see "https://y"',
  );
});
