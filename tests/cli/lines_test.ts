import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LineHostBuffer } from "@sluice/sluice/lines";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";
import { hasTerminals, inTerminal } from "../support/terminal.ts";

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
    [
      ["mirror", "http://h:5051"],
      'path of the host, such as "http://h:5051/sync',
    ],
    [["mirror", "http://u:secret@h/"], 'such as "http://h/sync-stream", found'],
    [["tail", "http://[::1]:80/"], 'such as "http://[::1]/sync-stream"'],
    [["tail", "http://x/y", "z"], '"z"'],
    [["tail", "http://x/y", "-n", "z"], '"z"'],
    [["serve", "--maxlen", "0"], "maxlen"],
    [["serve", "--route", "x"], '"x"'],
    [["serve", "--allowed-host", "x:1"], "allowedHosts"],
  ];
  const results = await Promise.all(cases.map(([args]) => lines("", ...args)));
  results.forEach(({ code, stdout, stderr }, i) => {
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr.split("\n")[0], cases[i][1]);
  });
});

/** The output of a program in a terminal, where Deno erases a line first. */
function printed(stdout: Uint8Array): string {
  // deno-lint-ignore no-control-regex
  const erasures = /^(\x1b\[0G\x1b\[2K\x1b\[J)*/;
  return new TextDecoder().decode(stdout).replace(erasures, "");
}

Deno.test("serve answers to the names that it is told, and to no others", async () => {
  const server = spawn("serve", "--port", "0", "--allowed-host", "logs.test");
  const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(await untilText(said, /view/)) ??
    [];
  const statusFor = async (name: string) => {
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    await connection.write(new TextEncoder().encode(
      `GET /sync-stream HTTP/1.1\r\nHost: ${name}:${port}\r\n` +
        "Connection: close\r\n\r\n",
    ));
    return (await new Response(connection.readable).text()).slice(9, 12);
  };
  assertEquals(await statusFor("logs.test"), "200");
  assertEquals(await statusFor("evil.test"), "403");
  server.kill("SIGINT");
  await server.status;
  await said.cancel();
  await server.stderr.cancel();
  await server.stdin.close();
});

Deno.test({
  name: "a terminal obeys nothing that is in a line, but other programs get it",
  ignore: !hasTerminals,
  async fn() {
    const host = new LineHostBuffer();
    await using server = host.serve({ port: 0 });
    const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
    const line = "\x1b[2J\x1b]0;title\x07\x9b2J\x7f\tx \x1b[31mred";
    const shown = String.raw`\x1b[2J\x1b]0;title\x07\x9b2J\x7f` +
      "\tx \x1b[31mred\x1b[0m\r\n";
    host.write(`${line}\n`);
    const tail = ["run", "-A", "--no-check", ...config, cli, "lines", "tail"];
    const { stdout } = await inTerminal([...tail, address, "-n", "1"]).output();
    assertEquals(printed(stdout), shown);
    const piped = await lines("", "tail", address, "-n", "1");
    assertEquals(piped.stdout, `${line}\n`);
    // Errors are no data: they are shown as text in any case.
    const failed = await lines("", "tail", "http://x/\x1b[2J?token=secret");
    assertStringIncludes(failed.stderr, String.raw`\x1b[2J`);
    assertEquals(failed.stderr.includes("\x1b"), false);
    assertEquals(failed.stderr.includes("secret"), false);
  },
});

Deno.test({
  name: "what mirror copies to a terminal is text, wherever the input is cut",
  ignore: !hasTerminals,
  async fn() {
    await using server = new LineHostBuffer().serve({ port: 0 });
    const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
    const args = ["run", "-A", "--no-check", ...config, cli, "lines", "mirror"];
    using directory = new TemporaryDirectory();
    const program = `${directory.path}/program.ts`;
    await Deno.writeTextFile(
      program,
      `const child = new Deno.Command(Deno.execPath(), {
        args: ${JSON.stringify([...args, address, "--tee"])}, stdin: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      for (const text of ["a\\x1b", "[31", "mred\\n\\x1b[", "2J\\x9b", "\\x1b"]) {
        await writer.write(new TextEncoder().encode(text));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await writer.close();
      await child.status;`,
    );
    const { stdout } = await inTerminal(["run", "-A", program]).output();
    assertEquals(
      printed(stdout),
      "a\x1b[31mred\x1b[0m\r\n" + String.raw`\x1b[2J\x9b\x1b`,
    );
  },
});
