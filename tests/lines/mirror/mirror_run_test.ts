import { assertEquals, assertRejects } from "@std/assert";
import {
  type GroupedMessage,
  LineBuffer,
  LineHostMirror,
  redirectStdout,
} from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { serveHost } from "../host/_served_host.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Prints in every way that there is. */
async function printAll(): Promise<void> {
  console.log("log %d", 1);
  console.assert(true, "no assertion");
  await Promise.resolve();
  Deno.stdout.writeSync(bytes("sync\n"));
  await Deno.stdout.write(bytes("async\n"));
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(bytes("stream\n"));
  await writer.close();
}

Deno.test("tee lets what is printed through, each print once", async () => {
  await using served = serveHost();
  await using mirror = new LineHostMirror(served.address);
  const outside = new LineBuffer();
  await redirectStdout(outside, async () => {
    await mirror.run(printAll, { tee: true });
    {
      await using _scope = mirror.enter({ tee: true });
      console.log("in the scope");
    }
    await mirror.run(() => console.log("only there"));
  });
  const printed = ["log 1", "sync", "async", "stream", "in the scope"];
  assertEquals(outside.read(), printed);
  assertEquals(served.host.read(), [...printed, "only there"]);
});

Deno.test("tee prints to the program's own standard streams", async () => {
  await using served = serveHost();
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      ...await stdConfigArgs(),
      `import { LineHostMirror } from ${JSON.stringify(module)};
      await using mirror = new LineHostMirror(${
        JSON.stringify(served.address)
      });
      await mirror.run(() => {
        console.log("out");
        console.error("err");
        console.assert(false, "asserted");
        Deno.stdout.writeSync(new TextEncoder().encode("bytes"));
      }, { tee: true, name: "it" });`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(decode(stdout), "out\nbytes");
  assertEquals(decode(stderr), "err\nAssertion failed: asserted\n");
  assertEquals(served.host.read(), [
    "it: out",
    "it: err",
    "it: Assertion failed: asserted",
    "it: bytes",
  ]);
});

Deno.test("the name of a writer is before each of its lines, which stay whole", async () => {
  await using served = serveHost();
  await using mirror = new LineHostMirror(served.address, { aggressive: true });
  const write = (text: string) => Deno.stdout.write(bytes(text));
  const writer = (name: string) =>
    mirror.run(async () => {
      for (const part of ["one", " line\r\ntwo", "\n\n", "the end"]) {
        await write(part);
      }
    }, { name });
  await Promise.all([writer("a"), writer("b")]);
  const lines = ["one line", "two", "", "the end"];
  const found = served.host.read().map(String);
  for (const name of ["a", "b"]) {
    assertEquals(
      found.filter((it) => it.startsWith(`${name}: `)),
      lines.map((it) => `${name}: ${it}`),
    );
  }
  assertEquals(found.length, 8);

  const failing = () => {
    Deno.stdout.writeSync(bytes("half"));
    throw new RangeError("no");
  };
  await assertRejects(() => mirror.run(failing, { name: "c" }), RangeError);
  const [half, message] = served.host.read(2);
  assertEquals(half, "c: half");
  assertEquals((message as GroupedMessage).data[0], "c: RangeError: no");
});

Deno.test("options of a scope that are wrong are refused", async () => {
  await using served = serveHost();
  await using mirror = new LineHostMirror(served.address);
  const wrong = (value: unknown) => value as never;
  const cases = [
    [{ name: "" }, RangeError, '"name" must be a non-empty string'],
    [{ name: "a\nb" }, RangeError, "without line breaks"],
    [{ name: wrong(7) }, TypeError, '"name" must be'],
    [{ tee: wrong(1) }, TypeError, '"tee" must be true or false'],
  ] as const;
  for (const [options, type, message] of cases) {
    await assertRejects(() => mirror.run(() => {}, options), type, message);
    await assertRejects(
      () => Promise.try(() => mirror.enter(options)),
      type,
      message,
    );
  }
});
