import { assert, assertEquals } from "@std/assert";
import { LineHostBuffer } from "../../src/lines/mod.ts";
import { openStore, Store } from "../../src/store/mod.ts";
import { hasTerminals, inTerminal } from "../support/terminal.ts";
import { temporaryPath } from "../support/temporary_directory.ts";
import { sluice, sluiceArgs } from "./capio/sluice.ts";

/** C0 but line breaks, DEL, C1, and what turns the direction of a text. */
const CONTROLS =
  // deno-lint-ignore no-control-regex
  /[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

const HOSTILE = "a\x1b]0;title\x07\x9b2J\x7f\u202eb\rc";

async function hostileStore(): Promise<string> {
  const url = `file:${temporaryPath()}`;
  await using store = await openStore(url);
  assert(store instanceof Store);
  await store.set(HOSTILE, {
    data: new TextEncoder().encode(`${HOSTILE}\nsecond\n`),
    metadata: { [HOSTILE]: HOSTILE },
  });
  return url;
}

Deno.test({
  name:
    "what keys, metadata, values and errors have in them does not act on a terminal",
  ignore: !hasTerminals,
  async fn() {
    const url = await hostileStore();
    const calls: readonly string[][] = [
      ["store", "ls", url],
      ["store", "ls", "-l", url],
      ["store", "query", url],
      ["store", "get", url, HOSTILE],
      ["store", "get", "--metadata", url, HOSTILE],
      ["store", "get", url, `${HOSTILE}no`],
      ["store", "get", url, HOSTILE, HOSTILE],
      ["store", "get", `--${HOSTILE}`],
      ["store", HOSTILE],
      ["store", "ls", `file:/tmp/${HOSTILE}`],
      ["tstorage", "put", `/tmp/${HOSTILE}`],
      [HOSTILE],
    ];
    for (const call of calls) {
      const { stdout } = await inTerminal(sluiceArgs(...call)).output();
      const text = new TextDecoder().decode(stdout);
      assert(text.includes("b"), text);
      assertEquals(CONTROLS.exec(text)?.[0], undefined, JSON.stringify(text));
    }
  },
});

Deno.test({
  name:
    "a value is printed on a terminal, with escapes for all that acts on it",
  ignore: !hasTerminals,
  async fn() {
    const url = await hostileStore();
    const call = sluiceArgs("store", "get", url, HOSTILE);
    const { code, stdout } = await inTerminal(call).output();
    // Returns and line feeds are those of the text; a terminal adds one to each.
    const shown = String.raw`a\x1b]0;title\x07\x9b2J\x7f\u202eb` + "\rc";
    const text = new TextDecoder().decode(stdout);
    assertEquals([code, text], [0, `${shown}\r\nsecond\r\n`]);
  },
});

Deno.test({
  name: "lines of a host do not act on a terminal, but have their colours",
  ignore: !hasTerminals,
  async fn() {
    const host = new LineHostBuffer();
    await using server = host.serve({ hostname: "127.0.0.1", port: 0 });
    // A return ends a line of a host.
    const line = HOSTILE.replace("\r", "");
    host.write(`\x1b[31mred\x1b[2J${line}\n`);
    const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
    for (const options of [[], ["--json"]]) {
      const call = ["lines", "tail", address, "-n", "1", ...options];
      const { stdout } = await inTerminal(sluiceArgs(...call)).output();
      const text = new TextDecoder().decode(stdout);
      assertEquals(text.includes("\x1b[31mred"), options.length === 0, text);
      // deno-lint-ignore no-control-regex
      const rest = text.replace(/\x1b\[(31|0)m/g, "");
      assertEquals(CONTROLS.exec(rest)?.[0], undefined, JSON.stringify(text));
      assert(rest.includes("2J"), text);
    }
  },
});

Deno.test("what is not printed to a terminal is the same bytes, and the same values as JSON", async () => {
  const url = await hostileStore();
  const [value, metadata, list, query] = await Promise.all([
    sluice("store", "get", url, HOSTILE),
    sluice("store", "get", "--metadata", url, HOSTILE),
    sluice("store", "ls", url),
    sluice("store", "query", url),
  ]);
  assertEquals(value.stdout, `${HOSTILE}\nsecond\n`);
  assertEquals(JSON.parse(metadata.stdout), { [HOSTILE]: HOSTILE });
  assertEquals(JSON.parse(list.stdout), HOSTILE);
  assertEquals(JSON.parse(query.stdout).key, HOSTILE);
});

Deno.test("a listing says how many damaged entries it has passed over", async () => {
  const url = await hostileStore();
  const path = url.slice("file:".length);
  await Deno.writeTextFile(`${path}/values/=b`, "{}\n");
  for (const call of [["ls", url], ["query", url], ["cp", url, "memory:"]]) {
    const { code, stderr } = await sluice("store", ...call);
    assertEquals(code, 0);
    assertEquals(stderr, "sluice store: 1 damaged entry was passed over\n");
  }
});

Deno.test("no error shows the user and the password of a URL", async () => {
  const url = "http://me:secret@127.0.0.1:1/data?token=secret";
  const calls: readonly string[][] = [
    ["ls", url],
    ["get", url, "a"],
    ["set", url, "a"],
    ["get", url, "a", url],
    ["ls", url.replace("http", "ftp")],
  ];
  for (const call of calls) {
    const { code, stderr } = await sluice("store", ...call);
    assert(code !== 0);
    assert(!/secret|me:/.test(stderr), stderr);
  }
});
