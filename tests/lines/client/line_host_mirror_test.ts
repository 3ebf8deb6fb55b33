import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  GroupedMessage,
  LineHostBuffer,
  LineHostMirror,
  type LineHostMirrorOptions,
  LinesError,
  StopIteration,
} from "../../../src/lines/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

/** Serves a host; `intercept` may answer in its place, or after it. */
function serveHost(
  intercept: (
    request: Request,
    answer: () => Promise<Response | null>,
  ) => Promise<Response | null> = (_, answer) => answer(),
  host: LineHostBuffer = new LineHostBuffer({ maxlen: 100_000 }),
  port = 0,
) {
  const requests: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    async (request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return await intercept(request, () => host.handler(request)) ??
        new Response(null, { status: 404 });
    },
  );
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  return {
    host,
    address,
    requests,
    port: server.addr.port,
    mirror: (options?: LineHostMirrorOptions) =>
      new LineHostMirror(address, options),
    shutdown: () => server.shutdown(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `line ${i}`);

Deno.test("a write that completes a line is at the host when it resolves", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  assertEquals(await mirror.write("one\ntw"), 6);
  assertEquals(served.host.read(), ["one"]);
  assertEquals(mirror.read(), "tw");
  assertEquals(mirror.read(1), "w");
  assertEquals(mirror.read(0), "");
  assertEquals(await mirror.write("o"), 1);
  assertEquals(mirror.read(), "two");
  await mirror.write("\r");
  await mirror.write("\nthree\r\n");
  assertEquals(served.host.read(), ["one", "two", "three"]);
});

Deno.test("an aggressive mirror sends each write at once", async () => {
  await using served = serveHost();
  await using mirror = served.mirror({ aggressive: true });
  await mirror.write("a");
  assertEquals(served.host.read(), ["a"]);
  assertEquals(mirror.read(), "");
  await mirror.write("b\ud83d");
  await mirror.write("\udc0b\n\n");
  assertEquals(served.host.read(), ["ab\u{1f40b}", ""]);
});

Deno.test("flush sends an unfinished line, clear forgets it, newLine ends it", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  await mirror.write("50%");
  await mirror.flush();
  assertEquals(served.host.read(), ["50%"]);
  await mirror.write("forgotten");
  mirror.clear();
  assertEquals(mirror.read(), "");
  await mirror.newLine();
  await mirror.newLine();
  await mirror.write("next");
  await mirror.sendData(" one");
  assertEquals(served.host.read(), ["50%", "next one"]);
});

Deno.test("messages and the end signal complete the line before them", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  await mirror.write("a");
  await mirror.sendError(new Error("boo"));
  await mirror.write("b");
  await mirror.sendWarning("careful\nnow");
  await mirror.write("c");
  await mirror.sendEof();
  await mirror.write("d");
  await mirror.flush();
  const [a, error, b, warning, c, d] = served.host.read();
  assertEquals([a, b, c, d], ["a", "b", "c", "d"]);
  assertInstanceOf(error, GroupedMessage);
  assertInstanceOf(warning, GroupedMessage);
  assertEquals([error.type, error.data[0]], ["error", "Error: boo"]);
  assertEquals([warning.type, warning.data], ["warning", ["careful", "now"]]);
});

Deno.test("closing sends the text that waits, once, and later calls are errors", async () => {
  await using served = serveHost();
  const mirror = served.mirror();
  assertEquals([mirror.closed, mirror.isReadable(), mirror.isWritable()], [
    false,
    true,
    true,
  ]);
  await mirror.write("half");
  await Promise.all([mirror.close(), mirror.close(new Error("late"))]);
  assertEquals(served.host.read(), ["half"]);
  assertEquals([mirror.closed, mirror.isReadable(), mirror.isWritable()], [
    true,
    false,
    false,
  ]);
  await assertRejects(() => mirror.write("x"), LinesError, "closed");
  assertThrows(() => mirror.read(), LinesError, "closed");
  await assertRejects(() => mirror.sendEof(), LinesError, "closed");

  const failing = served.mirror();
  await failing.close(new Error("the end"));
  assertStringIncludes(String(served.host.read(1)), "Error: the end");
});

Deno.test("a mirror is no terminal and no file, and shows its headers", async () => {
  await using served = serveHost();
  await using mirror = served.mirror({ headers: { "X-Job": "7" } });
  assertEquals([mirror.isatty(), mirror.seekable(), mirror.aggressive], [
    false,
    false,
    false,
  ]);
  assertThrows(() => mirror.seek(), Deno.errors.NotSupported);
  assertThrows(() => mirror.fileno(), Deno.errors.NotSupported);
  assertEquals(mirror.headers["Content-Type"], "application/json");
  assertEquals([mirror.headersGet["Accept"], mirror.headersGet["X-Job"]], [
    "application/json",
    "7",
  ]);
  for (const address of ["", "localhost:5000", "ftp://x/y", "http://"]) {
    assertThrows(() => new LineHostMirror(address), TypeError, "address");
  }
  assertThrows(() => served.mirror({ timeout: 0 }), RangeError, "timeout");
  assertThrows(() => served.mirror({ token: "\u62bd" }), TypeError, "token");
  assertThrows(
    () => served.mirror({ headers: { "X Y": "1" } }),
    TypeError,
    "headers",
  );
});

Deno.test("texts written while a post is under way go as one next post", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  await Promise.all(numbered(1_000).map((line) => mirror.write(line + "\n")));
  assertEquals(served.host.read(), numbered(1_000));
  assertEquals(served.requests, [
    "GET /sync-stream-state",
    "POST /sync-stream",
    "POST /sync-stream",
  ]);
});

Deno.test("a host that takes only small posts gets small posts", async () => {
  const host = new LineHostBuffer({ maxlen: 10_000, maxBodyBytes: 1_000 });
  await using served = serveHost(undefined, host);
  await using mirror = served.mirror();
  await Promise.all(numbered(1_000).map((line) => mirror.write(line + "\n")));
  await mirror.write("\u{1f40b}".repeat(5_000) + "\n");
  assertEquals(host.read(), [...numbered(1_000), "\u{1f40b}".repeat(5_000)]);
});

Deno.test("the stream writes texts that are cut anywhere, and closing it closes the mirror", async () => {
  await using served = serveHost();
  const mirror = served.mirror();
  const text = numbered(20_000).join("\n") + "\nhalf";
  await ReadableStream.from(text.match(/[^]{1,777}/g) ?? []).pipeTo(
    mirror.writable,
  );
  assertEquals(served.host.read(), [...numbered(20_000), "half"]);
  assertEquals(mirror.closed, true);
});

Deno.test("the stream holds back its producer while the host does not answer", async () => {
  const answered = Promise.withResolvers<void>();
  await using served = serveHost(async (request, answer) => {
    if (request.method === "POST") await answered.promise;
    return answer();
  });
  const mirror = served.mirror();
  let produced = 0;
  const source = new ReadableStream<string>({
    pull(controller) {
      if (produced === 40) return controller.close();
      produced++;
      controller.enqueue("x".repeat(99_999) + "\n");
    },
  });
  const piped = source.pipeTo(mirror.writable);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals(produced < 15, true, `${produced} of 40 were taken`);
  answered.resolve();
  await piped;
  assertEquals(produced, 40);
  assertEquals(served.host.length > 0, true);
});

Deno.test("mirrors stop when the host says so, and can go on when it is reset", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  await mirror.write("one\n");
  served.host.stopAllMirrors();
  const error = await assertRejects(() => mirror.write("two\n"), StopIteration);
  assertEquals([error.name, error.undelivered], ["StopIteration", ["two\n"]]);
  const posts = served.requests.length;
  await assertRejects(() => mirror.write("three\n"), StopIteration);
  await assertRejects(() => mirror.checkStates(), StopIteration);
  assertEquals(
    served.requests.slice(posts).includes("POST /sync-stream"),
    false,
  );
  served.host.resetStates();
  await mirror.write("four\n");
  assertEquals(served.host.read(), ["one", "four"]);
  served.host.stopAllMirrors();
});

Deno.test("closing a mirror that was not told to stop loses no line silently", async () => {
  await using served = serveHost();
  const mirror = served.mirror();
  await mirror.write("one\ntw");
  const told = served.mirror();
  await told.write("half");
  served.host.stopAllMirrors();
  const error = await assertRejects(() => mirror.close(), StopIteration);
  assertEquals(error.undelivered, ["tw\n"]);
  await assertRejects(() => told.write("\n"), StopIteration);
  await told.write("rest");
  await told.close();
  assertEquals(served.host.read(), ["one"]);
});

Deno.test("a line whose start was refused is not completed as an empty one", async () => {
  let isRefusing = true;
  await using served = serveHost((request, answer) =>
    isRefusing && request.method === "POST"
      ? Promise.resolve(Response.json({ message: "no" }, { status: 507 }))
      : answer()
  );
  const mirror = served.mirror({ aggressive: true });
  await assertRejects(() => mirror.write("half"), LinesError, "507");
  isRefusing = false;
  await mirror.newLine();
  await mirror.write("whole ");
  isRefusing = true;
  await assertRejects(() => mirror.write("refused"), LinesError, "507");
  isRefusing = false;
  await mirror.newLine();
  await mirror.close();
  assertEquals(served.host.read(), ["whole "]);
});

Deno.test("a host of syncstream, which does not say with each reply, is asked before each post", async () => {
  await using served = serveHost(async (_, answer) => {
    const { status, body } = await answer() ?? new Response();
    return new Response(body, { status });
  });
  await using mirror = served.mirror();
  await mirror.write("one\n");
  served.host.stopAllMirrors();
  await assertRejects(() => mirror.write("two\n"), StopIteration);
  assertEquals(served.requests, [
    "GET /sync-stream-state",
    "POST /sync-stream",
    "GET /sync-stream-state",
  ]);
});

Deno.test("an error page in HTML is an error with its status", async () => {
  const page = "<!doctype html><title>500 Internal Server Error</title>";
  await using served = serveHost((request, answer) =>
    request.method === "POST"
      ? Promise.resolve(
        new Response(page, {
          status: 500,
          statusText: "INTERNAL SERVER ERROR",
        }),
      )
      : answer()
  );
  const mirror = served.mirror();
  const error = await assertRejects(() => mirror.write("x\n"), LinesError);
  assertEquals([error.code, error.status, error.undelivered], [
    "REJECTED",
    500,
    ["x\n"],
  ]);
  await assertRejects(() => mirror.close(), LinesError);
});

Deno.test("a server that is not a line host is an error", async () => {
  await using served = serveHost(() => Promise.resolve(new Response("<html>")));
  const mirror = served.mirror();
  await assertRejects(() => mirror.write("x\n"), LinesError, "not a line host");
  await assertRejects(() => mirror.close(), LinesError);
});

Deno.test("a post that is redirected arrives, or is an error", async () => {
  await using served = serveHost();
  let status = 307;
  await using elsewhere = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      const { origin } = new URL(served.address);
      return Response.redirect(origin + pathname + search, status);
    },
  );
  const { port } = elsewhere.addr;
  const mirror = new LineHostMirror(`http://127.0.0.1:${port}/sync-stream`);
  await mirror.write("kept\n");
  // With this one, which is the more usual, a POST becomes a GET.
  status = 301;
  const error = await assertRejects(
    () => mirror.write("lost\n"),
    LinesError,
    `use "${served.address}"`,
  );
  assertEquals([error.code, error.undelivered], ["REJECTED", ["lost\n"]]);
  await assertRejects(() => mirror.close(), LinesError);
  assertEquals(served.host.read(), ["kept"]);
});

Deno.test("a wrong token is an error, the right one is not", async () => {
  await using served = serveHost(
    undefined,
    new LineHostBuffer({ token: "secret" }),
  );
  const wrong = served.mirror({ token: "guess" });
  const error = await assertRejects(
    () => wrong.write("x\n"),
    LinesError,
    "token",
  );
  assertEquals(error.status, 401);
  await assertRejects(() => wrong.close(), LinesError);
  await using right = served.mirror({ token: "secret" });
  await right.write("x\n");
  assertEquals(served.host.read(), ["x"]);
});

Deno.test("nothing is lost or doubled while the host is stopped and started again", async () => {
  const first = serveHost();
  const mirror = first.mirror();
  const lines = numbered(3_000);
  const writing = (async () => {
    for (const line of lines) await mirror.write(line + "\n");
  })();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await first.shutdown();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await using second = serveHost(undefined, first.host, first.port);
  await writing;
  await mirror.close();
  assertEquals(second.host.read(), lines);
  assertEquals(second.requests.length > 0, true);
});

Deno.test("nothing is lost or doubled when every third post fails, before or after it is stored", async () => {
  let count = 0;
  await using served = serveHost(async (request, answer) => {
    if (request.method !== "POST" || ++count % 3 !== 0) return await answer();
    if (count % 2 === 0) await answer();
    return new Response("<html>", { status: 500 });
  });
  await using mirror = served.mirror();
  const lines = numbered(12);
  for (const line of lines.slice(0, 6)) await mirror.write(line + "\n");
  await Promise.all(lines.slice(6).map((line) => mirror.write(line + "\n")));
  assertEquals(served.host.read(), lines);
});

Deno.test("a host that never answers is a timeout, and the lines are on the error", async () => {
  const stopped = Promise.withResolvers<null>();
  await using served = serveHost((request, answer) =>
    request.method === "POST" ? stopped.promise : answer()
  );
  const mirror = served.mirror({ timeout: 300 });
  const start = Date.now();
  const writes = await Promise.allSettled(
    ["a\n", "b\n", "c\n"].map((text) => mirror.write(text)),
  );
  assertEquals(Date.now() - start < 2_000, true);
  for (const write of writes) {
    assertEquals(write.status, "rejected");
    const error = write.status === "rejected" && write.reason;
    assertInstanceOf(error, LinesError);
    assertEquals([error.code, error.undelivered], ["TIMEOUT", [
      "a\n",
      "b\nc\n",
    ]]);
  }
  const late = mirror.close(new Error("the end"));
  const error = await assertRejects(() => late, LinesError);
  assertStringIncludes(String(error.undelivered), "the end");
  stopped.resolve(null);
});

Deno.test("a host that cannot be reached is an error with the lines, within the timeout", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const mirror = new LineHostMirror(`http://127.0.0.1:${port}/sync-stream`, {
    timeout: 500,
  });
  const error = await assertRejects(
    () => mirror.write("x\n"),
    LinesError,
    "refused",
  );
  assertEquals([error.code, error.undelivered], ["TIMEOUT", ["x\n"]]);
  const stream = mirror.writable.getWriter();
  stream.write("y\n").catch(() => {});
  await assertRejects(() => stream.closed, LinesError);
  await assertRejects(() => mirror.close(), LinesError);
});

Deno.test("nothing is lost or doubled when connections are cut at random", async () => {
  const { random, seed } = seededRandom();
  await using served = serveHost();
  await using proxy = cuttingProxy(served.port, random);
  await using mirror = new LineHostMirror(
    `http://127.0.0.1:${proxy.port}/sync-stream`,
  );
  const lines = numbered(60);
  const failures: LinesError[] = [];
  for (const line of lines) {
    await mirror.write(line + "\n").catch((error) => failures.push(error));
  }
  proxy.stopCutting();
  const stored = served.host.read();
  const given = failures.flatMap((error) => error.undelivered.join("").trim());
  assertEquals(new Set(stored).size, stored.length, `doubled, seed ${seed}`);
  const known = new Set([...stored, ...given]);
  assertEquals(
    lines.filter((line) => !known.has(line)),
    [],
    `lost, seed ${seed}`,
  );
  const order = lines.filter((line) => stored.includes(line));
  assertEquals(stored, order, `order, seed ${seed}`);
  assertEquals(proxy.cuts > 0, true);
});

/** Passes bytes on, and cuts every fifth reply somewhere in the middle. */
function cuttingProxy(target: number, random: () => number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const state = { cuts: 0, cutting: true };
  const passing: Promise<unknown>[] = [];
  const pass = async (client: Deno.TcpConn) => {
    using _client = client;
    using host = await Deno.connect({ hostname: "127.0.0.1", port: target });
    const up = client.readable.pipeTo(host.writable).catch(() => {});
    const writer = client.writable.getWriter();
    try {
      for await (const chunk of host.readable) {
        if (!state.cutting || random() > 0.2) {
          await writer.write(chunk);
          continue;
        }
        state.cuts++;
        await writer.write(
          chunk.subarray(0, Math.floor(random() * chunk.length)),
        );
        break;
      }
      await writer.abort();
    } catch {
      // The client has hung up.
    }
    await up;
  };
  const serving = (async () => {
    for await (const client of listener) {
      passing.push(pass(client).catch(() => {}));
    }
  })();
  return {
    port: listener.addr.port,
    get cuts() {
      return state.cuts;
    },
    stopCutting: () => state.cutting = false,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await Promise.all(passing);
    },
  };
}

Deno.test("many writers of one mirror do not run into each other's lines", async () => {
  await using served = serveHost();
  await using mirror = served.mirror();
  const writer = async (name: number) => {
    for (let i = 0; i < 200; i++) {
      await mirror.write(`${name} ${"x".repeat(i)} ${name}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, name) => writer(name)));
  const items = served.host.read().map(String);
  assertEquals(items.length, 1_600);
  assertEquals(items.every((it) => /^(\d) x* \1$/.test(it)), true);
});

Deno.test("a signal ends the wait for the host, and what was written still arrives", async () => {
  const answered = Promise.withResolvers<void>();
  await using served = serveHost(async (request, answer) => {
    if (request.method === "POST") await answered.promise;
    return answer();
  });
  await using mirror = served.mirror();
  const signal = AbortSignal.timeout(50);
  const waits = [
    mirror.write("one\n", { signal }),
    mirror.sendData("two", { signal }),
    mirror.newLine({ signal }),
    mirror.sendWarning("careful", { signal }),
    mirror.sendEof({ signal }),
    mirror.flush({ signal }),
  ];
  for (const wait of await Promise.allSettled(waits)) {
    assertEquals(wait.status === "rejected" && wait.reason, signal.reason);
  }
  await assertRejects(() => mirror.write("not taken\n", { signal }));
  answered.resolve();
  await mirror.flush();
  assertEquals(served.host.read().map(String), ["one", "two", "careful"]);
  const wrong: unknown = "signal";
  await assertRejects(
    () => mirror.flush({ signal: wrong as AbortSignal }),
    TypeError,
    '"signal" must be an AbortSignal',
  );
});

Deno.test("a signal ends the closing of a mirror whose host does not answer", async () => {
  const stopped = Promise.withResolvers<null>();
  await using served = serveHost((request, answer) =>
    request.method === "POST" ? stopped.promise : answer()
  );
  const mirror = served.mirror();
  await mirror.write("half");
  const error = await assertRejects(
    () => mirror.close(undefined, { signal: AbortSignal.timeout(50) }),
    LinesError,
  );
  assertEquals([error.code, error.undelivered], ["CLOSED", ["half\n"]]);
  stopped.resolve(null);
});

Deno.test("a timeout longer than a timer of the runtime is not over at once", async () => {
  const bodyTimeout = 2 ** 40;
  await using served = serveHost(
    undefined,
    new LineHostBuffer({ bodyTimeout }),
  );
  await using mirror = served.mirror({ timeout: 2 ** 40 });
  await mirror.write("one\n");
  assertEquals(served.host.read(), ["one"]);
});
