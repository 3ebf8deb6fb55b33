import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LineHostBuffer } from "@sluice/sluice/lines";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { FailingServers } from "../support/failing_servers.ts";

const cli = fromFileUrl(import.meta.resolve("../../src/cli/mod.ts"));
const config = await stdConfigArgs();

/** Starts `sluice lines mirror`. */
function mirror(...args: string[]) {
  return lines("mirror", ...args);
}

function lines(...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "lines", ...args],
    env: { SLUICE_LINES_TOKEN: "", NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function outcome(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

async function mirrored(input: string, ...args: string[]) {
  const child = mirror(...args);
  const result = outcome(child);
  // A producer that could not write all of it would end by SIGPIPE.
  await ReadableStream.from([new TextEncoder().encode(input)])
    .pipeTo(child.stdin);
  return await result;
}

const QUICK = ["--tee", "--timeout", "1"];

Deno.test("the input and its copy go on though the host does not, and the end says what was lost", async () => {
  using servers = new FailingServers();
  await using wrong = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<h1>It works</h1>"),
  );
  const input = "a line\n".repeat(1_000_000);
  const cases: [number | string, RegExp][] = [
    [servers.refusing(), /connection refused/],
    [servers.silent(), /not answer within 1000 ms|it takes nothing/],
    [servers.closing(), /closed by the server/],
    [servers.babbling(), /no HTTP/],
    [wrong.addr.port, /is not a line host/],
  ];
  await Promise.all(cases.map(async ([port, reason]) => {
    const address = `http://127.0.0.1:${port}/sync-stream`;
    const { code, stdout, stderr } = await mirrored(input, address, ...QUICK);
    assertEquals([code, stdout.length], [1, input.length], stderr);
    assertMatch(
      stderr,
      /^sluice lines: Cannot send (999|1000)\d\d\d lines to the host: [^\n]+\n$/,
    );
    assertMatch(stderr, reason);
  }));
});

Deno.test("a host that goes away in the middle and comes back gets what comes then", async () => {
  const listen = { hostname: "127.0.0.1", port: 0 };
  const host = new LineHostBuffer({ maxlen: 1000 });
  let server = host.serve(listen);
  const { port } = server.addr;
  const child = mirror(`http://127.0.0.1:${port}/sync-stream`, ...QUICK);
  const input = child.stdin.getWriter();
  const errors = child.stderr.pipeThrough(new TextDecoderStream());
  const copied = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let copy = "";
  const write = async (line: string) => {
    await input.write(new TextEncoder().encode(`${line}\n`));
    while (!copy.endsWith(`${line}\n`)) copy += (await copied.read()).value;
  };
  const items = host.lines().getReader();
  await write("before");
  assertEquals((await items.read()).value, "before");
  await server.shutdown();
  await write("lost");
  // The request for the lost line has used up its time.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  server = host.serve({ ...listen, port });
  await write("after");
  assertEquals((await items.read()).value, "after");
  await input.close();
  assertEquals((await child.status).code, 1);
  assertEquals(copy, "before\nlost\nafter\n");
  assertMatch(
    (await Array.fromAsync(errors)).join(""),
    /^sluice lines: Cannot send 1 line to the host: .*connection refused, [^\n]+\n$/,
  );
  await copied.cancel();
  await items.cancel();
  await server.shutdown();
});

Deno.test("without a copy the input goes on, too, and a slow host gets all of it", async () => {
  using servers = new FailingServers();
  const address = `http://127.0.0.1:${servers.refusing()}/sync-stream`;
  const lost = await mirrored("1\n2\n3", address, "--timeout", "1");
  assertEquals([lost.code, lost.stdout], [1, ""]);
  assertMatch(
    lost.stderr,
    /Cannot send 3 lines to the host: .*connection refused, [^\n]+\n$/,
  );

  const host = new LineHostBuffer({ maxlen: 10_000 });
  await using slow = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return await host.handler(request) ?? new Response();
    },
  );
  const input = `${"x".repeat(999)}\n`.repeat(3_000);
  const slowly = `http://127.0.0.1:${slow.addr.port}/sync-stream`;
  const sent = await mirrored(input, slowly, "--tee");
  assertEquals([sent.code, sent.stderr], [0, ""]);
  assertEquals([sent.stdout.length, host.length], [input.length, 3_000]);
});

Deno.test("a copy goes on when the host asks to stop, and ends when nobody reads it", async () => {
  const host = new LineHostBuffer();
  await using server = host.serve({ hostname: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  const child = mirror(address, "--tee");
  const input = child.stdin.getWriter();
  const output = child.stdout.getReader();
  await input.write(new TextEncoder().encode("one\n"));
  await output.read();
  await output.cancel();
  // The second write notices that nobody reads.
  await input.write(new TextEncoder().encode("two\n"));
  const { code } = await child.status;
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
  await input.close().catch(() => {});
  host.stopAllMirrors();
  const text = "a\n".repeat(50_000);
  const stopped = await mirrored(text, address, "--tee");
  assertEquals(stopped, { code: 0, stdout: text, stderr: "" });
});

Deno.test("a line of JSON stays one line, and progress is collapsed", async () => {
  const host = new LineHostBuffer({ maxlen: 100 });
  await using server = host.serve({ hostname: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  const value = { text: "a\u2028b\u2029c\x85d", n: 1 };
  const sent = async (text: string, ...args: string[]) => {
    host.clear();
    assertEquals((await mirrored(text, address, ...args)).stderr, "");
    return host.read().map(String);
  };
  const json = JSON.stringify(value);
  const posix = await sent(`${json}\r\n${json}`, "--lines", "posix");
  assertEquals(posix.map((line) => JSON.parse(line)), [value, value]);
  assertEquals((await sent(json)).length, 4);
  assertEquals(
    await sent("0%\r50%\r100%\r\nnext\n1\r2\r", "--collapse"),
    ["100%", "next", "2"],
  );
  assertEquals(
    await sent("a\rb\u2028\rc\v\r\nd", "--collapse", "--lines", "posix"),
    ["c\\u000b", "d"],
  );
});

Deno.test("mirror and tail say that they try to reach the host", async () => {
  using servers = new FailingServers();
  const [refusing, silent] = [servers.refusing(), servers.silent()]
    .map((port) => `http://127.0.0.1:${port}/sync-stream`);
  const refused = `Cannot reach the host at ${refusing}: connection refused`;
  const unanswered = `The host at ${silent} has not answered yet`;
  const cases: [args: string[], message: string][] = [
    [["mirror", refusing], `sluice lines mirror: ${refused}`],
    [["mirror", silent], `sluice lines mirror: ${unanswered}, still waiting`],
    [["tail", refusing], `sluice lines tail: ${refused}`],
    [["tail", silent], `sluice lines tail: ${unanswered}, still waiting`],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    await using child = lines(...args);
    const input = child.stdin.getWriter();
    await input.write(new TextEncoder().encode("a line\n"));
    const errors = child.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    let told = "";
    while (!told.includes("\n")) {
      const { value, done } = await errors.read();
      if (done) break;
      told += value;
    }
    assertEquals(told.slice(0, message.length), message);
    assertMatch(told, /, (trying again|still waiting)\n/);
    child.kill("SIGKILL");
    await Promise.allSettled([
      input.abort(),
      errors.cancel(),
      child.stdout.cancel(),
      child.status,
    ]);
  }));
});
