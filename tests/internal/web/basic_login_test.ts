import { assertEquals } from "@std/assert";
import { basicLogin } from "../../../src/internal/mod.ts";

Deno.test("the login in a URL is a header, and none is nothing", () => {
  const cases: [string, string | undefined][] = [
    ["http://host/", undefined],
    ["http://user@host/", "user:"],
    ["http://:secret@host/", ":secret"],
    ["http://user:p%40ss@host/", "user:p@ss"],
    ["http://user:100%@host/", "user:100%"],
    ["http://%C3%BC:%E7%95%8C@host/", "ü:界"],
  ];
  for (const [url, login] of cases) {
    const header = basicLogin(new URL(url));
    const bytes = new TextEncoder().encode(login);
    const expected = login === undefined
      ? undefined
      : `Basic ${bytes.toBase64()}`;
    assertEquals(header, expected, url);
  }
});
