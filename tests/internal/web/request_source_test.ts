import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { hostNames, sourceFault } from "../../../src/internal/mod.ts";

const names = hostNames("allowedHosts", ["Logs.example.com", "münchen.de."]);

interface Source {
  host?: string;
  url?: string;
  origin?: string;
  site?: string;
  mode?: string;
  dest?: string;
  method?: string;
}

function statusOf(source: Source, any = false): number {
  const headers = new Headers();
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) headers.set(name, value);
  };
  set("host", source.host);
  set("origin", source.origin);
  set("sec-fetch-site", source.site);
  set("sec-fetch-mode", source.mode);
  set("sec-fetch-dest", source.dest);
  const { method = "GET", url = `http://${source.host}/a` } = source;
  return sourceFault({ method, url, headers }, { names, any })?.status ?? 200;
}

Deno.test("names and addresses of a request", () => {
  const cases: [host: string, status: number, withAny: number][] = [
    ["localhost", 200, 200],
    ["LOCALHOST:5000", 200, 200],
    ["localhost.:5000", 200, 200],
    ["127.0.0.1:5000", 200, 200],
    ["192.168.1.7", 200, 200],
    ["2130706433", 200, 200],
    ["[::1]:5000", 200, 200],
    ["[fe80::1]", 200, 200],
    ["logs.example.com", 200, 200],
    ["LOGS.example.com.:443", 200, 200],
    ["xn--mnchen-3ya.de", 200, 200],
    ["evil.test:5000", 403, 200],
    ["localhost.evil.test", 403, 200],
    ["sub.logs.example.com", 403, 200],
    ["127.0.0.1.evil.test", 403, 200],
    ["evil", 403, 200],
    ["", 400, 400],
    ["[::1", 400, 400],
    ["a b", 400, 400],
    ["a:b:c", 400, 400],
    ["localhost:99999", 400, 400],
    ["localhost/x", 400, 400],
    ["evil.test@localhost", 400, 400],
    ["localhost#evil", 400, 400],
  ];
  for (const [host, status, withAny] of cases) {
    const actual = [statusOf({ host }), statusOf({ host }, true)];
    assertEquals(actual, [status, withAny], host);
  }
  // The name in the request line counts as well as the header.
  const url = "http://evil.test/a";
  assertEquals(statusOf({ host: "localhost", url }), 403);
  assertEquals(statusOf({ url }), 403);
  assertEquals(statusOf({ url: "http://localhost/a" }), 200);
  assertEquals(statusOf({ url: "http://[/a", host: "localhost" }), 400);
});

Deno.test("pages of another origin are refused, with a secret too", () => {
  const cases: [source: Source, status: number][] = [
    [{ host: "localhost:5000", origin: "http://localhost:5000" }, 200],
    [{ host: "localhost", origin: "http://localhost" }, 200],
    [{ host: "localhost:80", origin: "http://localhost" }, 200],
    // As it comes from a proxy that speaks HTTPS to the browser.
    [{ host: "logs.example.com", origin: "https://logs.example.com" }, 200],
    [{ host: "logs.example.com:443", origin: "https://logs.example.com" }, 200],
    [{ host: "127.0.0.1:5000", origin: "https://logs.example.com" }, 403],
    [{ host: "localhost:5000", origin: "http://localhost:3000" }, 403],
    [{ host: "localhost:5000", origin: "http://127.0.0.1:5000" }, 403],
    [{ host: "localhost:5000", origin: "http://evil.test" }, 403],
    [{ host: "localhost:5000", origin: "null" }, 403],
    [{ host: "localhost:5000", origin: "" }, 403],
    [{ host: "localhost:5000", origin: "file://localhost:5000" }, 403],
    [{ host: "localhost", site: "same-origin" }, 200],
    [{ host: "localhost", site: "none" }, 200],
    [{ host: "localhost", site: "same-site" }, 403],
    [{ host: "localhost", site: "cross-site" }, 403],
    [{ host: "localhost", site: "cross-site", mode: "no-cors" }, 403],
    [
      {
        host: "localhost",
        site: "cross-site",
        mode: "navigate",
        dest: "document",
      },
      200,
    ],
    [
      {
        host: "localhost",
        site: "cross-site",
        mode: "navigate",
        dest: "iframe",
      },
      403,
    ],
    [
      {
        host: "localhost",
        site: "cross-site",
        mode: "navigate",
        dest: "document",
        method: "POST",
      },
      403,
    ],
  ];
  for (const [source, status] of cases) {
    const actual = [statusOf(source), statusOf(source, true)];
    assertEquals(actual, [status, status], JSON.stringify(source));
  }
});

Deno.test("a refused name is told the option", () => {
  const headers = new Headers({ host: "evil.test" });
  const fault = sourceFault(
    { method: "GET", url: "http://evil.test/", headers },
    { names },
  );
  assertStringIncludes(fault?.message ?? "", '"evil.test"');
  assertStringIncludes(fault?.message ?? "", '"allowedHosts"');
  assertStringIncludes(fault?.message ?? "", '"--allowed-host"');
});

Deno.test("only names of hosts are taken as such", () => {
  assertEquals([...hostNames("hosts", [])], []);
  for (
    const value of [
      "x",
      [""],
      ["a:80"],
      ["a:"],
      ["http://a"],
      ["a/b"],
      [
        "a b",
      ],
      ["*"],
      ["u@a"],
      [1],
      null,
    ]
  ) {
    assertThrows(() => hostNames("hosts", value), TypeError, '"hosts"');
  }
});
