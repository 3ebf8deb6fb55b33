import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LineHostBuffer } from "@sluice/sluice/lines";
import { stdConfigArgs } from "../../tools/std_config.ts";

const cli = fromFileUrl(import.meta.resolve("../../src/cli/mod.ts"));
const config = await stdConfigArgs();

function spawn(...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "lines", ...args],
    env: { SLUICE_LINES_TOKEN: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return child;
}

async function lines(input: string, ...args: string[]) {
  const child = spawn(...args);
  await ReadableStream.from([new TextEncoder().encode(input)])
    .pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

async function untilText(
  stream: ReadableStreamDefaultReader<string>,
  pattern: RegExp,
): Promise<string> {
  let text = "";
  while (!pattern.test(text)) {
    const { done, value } = await stream.read();
    if (done) throw new Error(`The stream ended after "${text}"`);
    text += value;
  }
  return text;
}

Deno.test("serve keeps the lines that mirror reads, and tail prints them, until Ctrl-C", async () => {
  const server = spawn("serve", "--port", "0", "--maxlen", "3", "--token", "t");
  const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [, address] = /at (\S+)\n/.exec(await untilText(said, /view/)) ?? [];
  const token = ["--token", "t"];

  const sent = await lines("1\n2\n3\n4", "mirror", address, "--tee", ...token);
  assertEquals(sent, { code: 0, stdout: "1\n2\n3\n4", stderr: "" });
  const last = await lines("", "tail", address, "-n", "2", ...token);
  assertEquals(last, { code: 0, stdout: "3\n4\n", stderr: "" });
  const refused = await lines("", "tail", address);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(refused.stderr, /^sluice lines: The host answers 401: [^\n]*\n$/);

  const tail = spawn("tail", address, "--json", ...token);
  const tailed = tail.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals(await untilText(tailed, /4/), '"2"\n"3"\n"4"\n');
  await lines("5\n", "mirror", address, ...token);
  assertEquals(await untilText(tailed, /5/), '"5"\n');

  for (const [child, reader] of [[tail, tailed], [server, said]] as const) {
    child.kill("SIGINT");
    assertEquals((await child.status).code, 130);
    await reader.cancel();
    assertEquals(await new Response(child.stderr).text(), "");
    await child.stdin.close();
  }
});

Deno.test("a mirror ends well when the host asks it to stop", async () => {
  const host = new LineHostBuffer();
  await using server = host.serve({ hostname: "127.0.0.1", port: 0 });
  host.stopAllMirrors();
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  assertEquals(await lines("1\n", "mirror", address), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  assertEquals(host.read(), []);
});

Deno.test("serve says which port is taken", async () => {
  await using server = new LineHostBuffer()
    .serve({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr;
  assertEquals(await lines("", "serve", "--port", `${port}`), {
    code: 1,
    stdout: "",
    stderr:
      `sluice lines: Cannot listen on "127.0.0.1:${port}": another program does\n`,
  });
});

Deno.test("wrong usage is one line that says what is wrong", async () => {
  const cases: [args: string[], part: string][] = [
    [[], "COMMAND is missing"],
    [["foo"], '"foo"'],
    [["mirror"], "ADDRESS is missing"],
    [["mirror", "xyz"], '"xyz"'],
    [["tail", "http://x/y", "z"], '"z"'],
    [["tail", "http://x/y", "-n", "z"], '"z"'],
    [["serve", "--maxlen", "0"], "maxlen"],
    [["serve", "--route", "x"], '"x"'],
  ];
  const results = await Promise.all(cases.map(([args]) => lines("", ...args)));
  results.forEach(({ code, stdout, stderr }, i) => {
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr.split("\n")[0], cases[i][1]);
  });
});
