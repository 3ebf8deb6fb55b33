import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  LineBuffer,
  LineHostBuffer,
  LineHostMirror,
  LinesError,
  redirectStderr,
  redirectStdout,
  StopIteration,
} from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";

const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));
const bytes = (text: string) => new TextEncoder().encode(text);

function serveHost() {
  const host = new LineHostBuffer({ maxlen: 1_000 });
  const server = host.serve({ hostname: "127.0.0.1", port: 0 });
  return {
    host,
    mirror: (timeout?: number) =>
      new LineHostMirror(`http://127.0.0.1:${server.addr.port}/sync-stream`, {
        timeout,
      }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("every way to print is caught, as the console formats it", async () => {
  const buffer = new LineBuffer({ maxlen: 100 });
  await redirectStdout(buffer, async () => {
    console.log("text %s", "formatted", { a: [1] });
    console.info("info");
    console.debug("debug");
    console.group("group");
    console.log("inside\nboth");
    console.groupEnd();
    console.table([{ a: 1 }]);
    console.count();
    console.dir({ b: 2 });
    Deno.stdout.writeSync(bytes("sync\n"));
    assertEquals(await Deno.stdout.write(bytes("async\n")), 6);
    const whale = bytes("\u{1f40b}\n");
    Deno.stdout.writeSync(whale.subarray(0, 2));
    Deno.stdout.writeSync(whale.subarray(2));
    const writer = Deno.stdout.writable.getWriter();
    await writer.write(bytes("stream"));
    await writer.close();
  });
  assertEquals(buffer.read(), [
    "text formatted { a: [ 1 ] }",
    "info",
    "debug",
    "group",
    "  inside",
    "  both",
    "┌─────────┬───┐",
    "│ (index) │ a │",
    "├─────────┼───┤",
    "│ 0       │ 1 │",
    "└─────────┴───┘",
    "default: 1",
    "{ b: 2 }",
    "sync",
    "async",
    "\u{1f40b}",
    "stream",
  ]);
});

Deno.test("objects look as the console of Deno shows them", async () => {
  const values = [
    { text: "it's", double: 'say "x"', none: null, 5: [1, , 3] },
    ["text", new Map([["key", { a: "b" }]]), new Set(["x"])],
    { a: { b: { c: { d: { e: { f: 1 } } } } } },
    new (class Job {
      name = "x";
      done = false;
    })(),
    Array.from({ length: 120 }, (_, i) => i),
    [new Date(0), /x/, 1n, Symbol("s"), () => {}, new Uint8Array(3)],
  ];
  const buffer = new LineBuffer({ maxlen: 1_000 });
  await redirectStdout(buffer, () => values.forEach((it) => console.log(it)));
  assertEquals(
    buffer.read().join("\n"),
    values.map((it) => Deno.inspect(it)).join("\n"),
  );
});

Deno.test("clearing the console inside a scope leaves the real one alone", async () => {
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      ...await stdConfigArgs(),
      `import { LineBuffer, redirectStdout } from ${JSON.stringify(module)};
      const buffer = new LineBuffer();
      await redirectStdout(buffer, () => {
        console.log("inside");
        console.clear();
      });
      console.log(buffer.read());`,
    ],
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), '[ "inside" ]\n');
});

Deno.test("standard error is redirected apart from standard output", async () => {
  const out = new LineBuffer();
  const err = new LineBuffer();
  await redirectStdout(out, () =>
    redirectStderr(err, () => {
      console.log("out");
      console.error("err");
      console.warn("warn");
      console.assert(false, "assert");
      Deno.stderr.writeSync(bytes("bytes\n"));
    }));
  assertEquals(out.read(), ["out"]);
  assertEquals(err.read(), [
    "err",
    "warn",
    "Assertion failed: assert",
    "bytes",
  ]);
});

Deno.test("the scope follows awaits, timers and nesting, and nothing else", async () => {
  const outer = new LineBuffer();
  const inner = new LineBuffer();
  const other = new LineBuffer();
  await Promise.all([
    redirectStdout(outer, async () => {
      console.log("1");
      await pause();
      console.log("2");
      const fired = Promise.withResolvers<void>();
      setTimeout(() => {
        console.log("3");
        fired.resolve();
      }, 1);
      await fired.promise;
      await redirectStdout(inner, async () => {
        await pause();
        console.log("inner");
      });
      queueMicrotask(() => console.log("4"));
      await pause();
    }),
    redirectStdout(other, async () => {
      for (let i = 0; i < 5; i++) {
        console.log("other");
        await pause();
      }
    }),
  ]);
  assertEquals(outer.read(), ["1", "2", "3", "4"]);
  assertEquals(inner.read(), ["inner"]);
  assertEquals(other.read(), Array(5).fill("other"));
});

Deno.test("code outside the scope prints normally, and so does code that the scope left running", async () => {
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const program = `
    import { LineBuffer, redirectStdout } from ${JSON.stringify(module.href)};
    const buffer = new LineBuffer();
    const { log } = console;
    const ticker = setInterval(() => console.log("outside"), 20);
    await redirectStdout(buffer, async () => {
      setTimeout(() => console.log("left running"), 120);
      console.log("inside");
      await new Promise((resolve) => setTimeout(resolve, 70));
      console.log("inside again");
    });
    clearInterval(ticker);
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(JSON.stringify(buffer.read()), console.log === log, Object.hasOwn(Deno.stdout, "write"));
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", ...await stdConfigArgs(), program],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(
    text.replace(/^(outside\n)+/, "outside\n"),
    'outside\nleft running\n["inside","inside again"] true false\n',
    new TextDecoder().decode(stderr),
  );
});

Deno.test("a mirror catches what its function prints", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  const result = await mirror.run(async () => {
    console.log("one");
    await pause();
    console.error("two");
    Deno.stdout.writeSync(bytes("three"));
    return 7;
  });
  assertEquals(result, 7);
  assertEquals(served.host.read(), ["one", "two", "three"]);
});

Deno.test("a function may close the mirror that it prints to", async () => {
  await using served = serveHost();
  const mirror = served.mirror();
  const result = await mirror.run(async () => {
    console.log("the end");
    await mirror.close();
    return 5;
  });
  assertEquals([result, served.host.read()], [5, ["the end"]]);
});

Deno.test("an error of the function is sent and thrown", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  await assertRejects(
    () =>
      mirror.run(() => {
        console.log("before");
        throw new RangeError("too far");
      }),
    RangeError,
    "too far",
  );
  const [before, error] = served.host.read();
  assertEquals(before, "before");
  assertStringIncludes(String(error), "RangeError: too far");
});

Deno.test("a block is a scope too, and its prints are at the host at its end", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  const outside = new LineBuffer();
  await redirectStdout(outside, async () => {
    console.log("before");
    {
      await using _scope = mirror.enter();
      console.log("one");
      await pause();
      console.log("two");
    }
    assertEquals(served.host.read(), ["one", "two"]);
    {
      using _scope = mirror.enter();
      console.log("three");
    }
    console.log("after");
  });
  await mirror.flush();
  assertEquals(outside.read(), ["before", "after"]);
  assertEquals(served.host.read(), ["one", "two", "three"]);
});

Deno.test("a print throws once the host asks its mirrors to stop", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  let prints = 0;
  await assertRejects(
    () =>
      mirror.run(async () => {
        while (true) {
          console.log(`print ${prints++}`);
          await pause(5);
          if (prints === 3) served.host.stopAllMirrors();
        }
      }),
    StopIteration,
  );
  assertEquals(served.host.read(), ["print 0", "print 1", "print 2"]);
});

Deno.test("prints that could not be delivered are an error of the run", async () => {
  const served = serveHost();
  const mirror = served.mirror(100);
  await served[Symbol.asyncDispose]();
  const error = await assertRejects(
    () => mirror.run(() => console.log("nobody hears this")),
    LinesError,
  );
  assertEquals(error.undelivered, ["nobody hears this\n"]);
  await assertRejects(() => mirror.close(), LinesError);
});

Deno.test("a signal ends the wait for the target of the prints", async () => {
  const accepted = Promise.withResolvers<number>();
  const slow = { write: () => accepted.promise };
  const stopping = new AbortController();
  const { signal } = stopping;
  const printed = redirectStdout(slow, () => console.log("late"), { signal });
  await pause();
  stopping.abort("enough");
  assertEquals(await printed.catch((reason) => reason), "enough");
  accepted.resolve(0);
});
