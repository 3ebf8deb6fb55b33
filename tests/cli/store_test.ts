import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const cli = fromFileUrl(import.meta.resolve("../../src/cli/mod.ts"));
const config = await stdConfigArgs();

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function store(...args: string[]): Promise<Result> {
  return storeWithInput("", ...args);
}

async function storeWithInput(
  input: string,
  ...args: string[]
): Promise<Result> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "store", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that reads no input may have ended before the input comes.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

const ok = (stdout = "") => ({ code: 0, stdout, stderr: "" });

Deno.test("rm deletes keys, clear all of them, and neither makes a store", async () => {
  const url = `sqlite:${temporaryPath()}`;
  await Promise.all(["rm", "clear"].map(async (command) => {
    const keys = command === "rm" ? ["a"] : [];
    const { code, stderr } = await store(command, url, ...keys);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "There is no store in");
  }));
  for (const key of ["a", "b"]) {
    assertEquals(await store("set", url, key), ok());
  }
  const { code, stdout, stderr } = await store("rm", url, "x\ny", "a");
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, 'there is no key "x\\ny"');
  assertEquals(await store("clear", url), ok("1 key deleted\n"));
  assertEquals(await store("ls", url), ok());
});

Deno.test("get, ls and query find the values that set stored from a file or standard input", async () => {
  const url = `file:${temporaryPath()}`;
  const file = temporaryPath();
  await Deno.writeTextFile(file, "from a file");
  const metadata = '{"year":2024,"tags":["a"],"name":"x"}';
  assertEquals(
    await store("set", url, "a/b.csv", file, "--metadata", metadata),
    ok(),
  );
  assertEquals(await storeWithInput("from a pipe", "set", url, "c\nd"), ok());
  const [all, range, meta, list, long, found, none] = await Promise.all([
    store("get", url, "a/b.csv"),
    store("get", url, "c\nd", "--range", "5-9"),
    store("get", url, "a/b.csv", "--metadata"),
    store("ls", url),
    store("ls", "-l", url, "a*"),
    store("query", url, "year=2024", "name=x", "--select", "tags,none"),
    store("query", url, 'year="2024"'),
  ]);
  assertEquals(all, ok("from a file"));
  assertEquals(range, ok("a pi"));
  assertEquals(meta, ok(metadata + "\n"));
  assertEquals(list.stdout.split("\n").sort(), ["", '"c\\nd"', "a/b.csv"]);
  assert(/^ +11 {2}20\d\d-[^ ]+Z {2}a\/b\.csv\n$/.test(long.stdout));
  assertEquals(found, ok('{"key":"a/b.csv","metadata":{"tags":["a"]}}\n'));
  assertEquals(none, ok());
});

Deno.test("numbers of metadata that would be rounded are refused, in queries too", async () => {
  const url = `sqlite:${temporaryPath()}`;
  const id = "9007199254740993";
  const metadata = `{"id":"${id}","near":9007199254740992,"a":[0.1,1e3]}`;
  await storeWithInput("x", "set", url, "k", "--metadata", metadata);
  const refused: [string[], string][] = [
    [["set", url, "k", "--metadata", `{"id":${id}}`], '"metadata.id" must be'],
    [["set", url, "k", "--metadata", '{"a":[1,1e400]}'], '"metadata.a[1]"'],
    [["query", url, `near=${id}`], '"near" must be a number'],
    [["query", url, `a=[0.1,1e400]`], '"a[1]" must be a number'],
  ];
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await store(...args);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, message);
  }
  const queries = [`id="${id}"`, "near=9007199254740992", "a=[1e-1,1000.0]"];
  const { code, stdout } = await store("query", url, ...queries);
  assertEquals([code, JSON.parse(stdout).key], [0, "k"]);
});

Deno.test("cp copies from files to a database, and from a web server to files", async () => {
  const path = temporaryPath();
  const from = `file:${path}/from`;
  await Promise.all(["a.csv", "b.csv", "c.txt"].map((key) => {
    return storeWithInput(key, "set", from, key, "--metadata", '{"n":1}');
  }));
  const database = `sqlite:${path}/to.db`;
  assertEquals(await store("cp", from, database, "*.csv"), ok());
  const copied = await store("ls", database);
  assertEquals(copied.stdout.split("\n").sort(), ["", "a.csv", "b.csv"]);
  assertEquals((await store("get", database, "b.csv")).stdout, "b.csv");

  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url, method }) =>
      url.endsWith("/k")
        ? new Response(method === "HEAD" ? null : "from the web", {
          headers: { "Content-Length": "12" },
        })
        : new Response("missing", { status: 404 }),
  );
  const web = `http://127.0.0.1:${server.addr.port}`;
  const to = `file:${path}/to`;
  assertEquals(await store("cp", web, to, "--key", "k"), ok());
  assertEquals(await store("get", to, "k"), ok("from the web"));
  const unlisted = await store("cp", web, to);
  assertEquals(unlisted.code, 1);
  assertStringIncludes(unlisted.stderr, "Cannot list the keys of");
});

Deno.test("get writes to a file, and leaves quietly when nobody reads on", async () => {
  const path = temporaryPath();
  const url = `file:${path}/store`;
  const text = "y\n".repeat(1_000_000);
  assertEquals(await storeWithInput(text, "set", url, "y"), ok());
  assertEquals(await store("get", url, "y", "-o", `${path}/y`), ok());
  assertEquals(await Deno.readTextFile(`${path}/y`), text);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "store", "get", url, "y"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const { code } = await child.status;
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
});

Deno.test("an interrupted set leaves the old value and says so in one line", async () => {
  const url = `file:${temporaryPath()}`;
  assertEquals(await storeWithInput("old", "set", url, "a"), ok());
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "store", "set", url, "a"],
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(200_000));
  // Bytes beyond what a pipe holds are taken only by a reader.
  child.kill("SIGINT");
  const { code } = await child.status;
  const stderr = await new Response(child.stderr).text();
  await writer.close().catch(() => {});
  assertEquals([code, stderr], [130, "sluice store: Interrupted\n"]);
  assertEquals(await store("get", url, "a"), ok("old"));
});

Deno.test("an error is one line, which names the help for wrong usage", async () => {
  const nowhere = `file:${temporaryPath()}`;
  const cases: [args: string[], code: number, message: string][] = [
    [[], 2, "COMMAND is missing"],
    [["frob"], 2, 'Unknown command "frob"'],
    [["get", nowhere], 2, "KEY is missing"],
    [["get", nowhere, "a", "b"], 2, 'Unexpected argument "b"'],
    [["get", nowhere, "a", "--range", "9-3"], 2, '"--range" must be START-END'],
    [["get", nowhere, "a", "--frob"], 2, 'Unknown option "--frob"'],
    [["get", nowhere, "a"], 1, "There is no store in"],
    [["ls", "ftp://a"], 2, '"url" must be a URL that begins with "file:"'],
    [["set", nowhere, "a", "no-such-file"], 1, "no-such-file"],
    [["set", nowhere, "a", "--metadata", "[1]"], 2, '"--metadata" must be a'],
    [["set", "http://127.0.0.1:1", "a"], 1, "Cannot reach"],
    [["set", "memory:", "a"], 2, "must be that of a store that stays"],
    [["set", "sqlite::memory:", "a"], 2, '"url" must be the path of a file'],
    [["set", "sqlite://a.db", "a"], 2, '"url" must be a path, or three slash'],
    [["query", nowhere, "x"], 2, '"NAME=VALUE" must contain "=", found "x"'],
  ];
  const results = await Promise.all(cases.map(([args]) => store(...args)));
  for (const [n, { code, stdout, stderr }] of results.entries()) {
    const [args, expected, message] = cases[n];
    assertEquals(code, expected, args.join(" "));
    assertEquals(stdout, "");
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
    assertEquals(stderr.includes('see "sluice store --help"'), expected === 2);
  }
  // A command that fails makes no store.
  const path = nowhere.slice("file:".length);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("a key of a web server is read where there is no index, and no answer to HEAD", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ method, url }) =>
      method === "HEAD" || url.endsWith("index.json")
        ? new Response(null, { status: 403 })
        : new Response("a text"),
  );
  const url = `http://u:secret@127.0.0.1:${server.addr.port}/?sig=secret`;
  const to = `file:${temporaryPath()}`;
  const [without, text, copied] = await Promise.all([
    store("get", url, "a"),
    store("get", "--no-index", url, "a"),
    store("cp", "--no-index", url, to, "--key=a"),
  ]);
  assertEquals(without.code, 1);
  assertStringIncludes(without.stderr, '"--no-index"');
  assert(!without.stderr.includes("secret"));
  assertEquals([text, copied], [ok("a text"), ok()]);
  assertEquals(await store("get", to, "a"), ok("a text"));
});

Deno.test("every command explains itself", async () => {
  for (const command of ["get", "set", "ls", "query", "cp"]) {
    const { code, stdout } = await store(command, "--help");
    assertEquals(code, 0);
    assertStringIncludes(stdout, `Usage: sluice store ${command}`);
  }
});
