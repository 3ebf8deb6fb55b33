import { assertEquals, assertRejects } from "@std/assert";
import {
  answers,
  localAddress,
  LocalServer,
  type LocalServerOptions,
} from "../../../src/capio/backend/local_server.ts";
import { CapioError } from "../../../src/capio/mod.ts";
import { connectNats } from "../../../src/nats/mod.ts";
import { freePort } from "../../support/free_port.ts";
import { hasNatsServer } from "../../support/nats_server.ts";

function optionsFor(
  port: number,
  options: Partial<LocalServerOptions> = {},
): LocalServerOptions & { printed: string[] } {
  const printed: string[] = [];
  return {
    server: { servers: `127.0.0.1:${port}` },
    execPath: "nats-server",
    timeoutSeconds: 30,
    teardown: true,
    print: (line) => printed.push(line),
    printed,
    ...options,
  };
}

Deno.test("only one server on a loopback address may be started", () => {
  const of = (servers: string) => localAddress({ servers });
  assertEquals(of("localhost:4333"), { hostname: "localhost", port: 4333 });
  assertEquals(of("127.0.0.1"), { hostname: "127.0.0.1", port: 4222 });
  assertEquals(of("[::1]:80"), { hostname: "::1", port: 80 });
  assertEquals(of("broker:4222"), undefined);
  assertEquals(of("localhost.example.org:4222"), undefined);
  assertEquals(of("127.0.0.1:4222,127.0.0.1:4223"), undefined);
});

Deno.test({
  name:
    "a server is started with JetStream and a login, and stopped at the end",
  ignore: !hasNatsServer,
  async fn() {
    const port = freePort();
    const address = { hostname: "127.0.0.1", port };
    const login = { user: "m\\e", pass: 's"e c$r#et' };
    const server = { servers: `127.0.0.1:${port}`, ...login };
    const options = optionsFor(port, { server });
    const started = await LocalServer.start(address, options);
    const { connection, libraries } = await connectNats(server);
    const manager = await libraries.jetstream.jetstreamManager(connection);
    assertEquals((await manager.getAccountInfo()).streams, 0);
    await assertRejects(
      () => connectNats({ ...server, pass: "other" }),
      Error,
      "refuses the login",
    );
    await connection.close();
    await started?.release();
    assertEquals(await answers(address), false);
    assertEquals(options.printed, []);
  },
});

Deno.test({
  name: "a server that others use goes on, and that is said",
  ignore: !hasNatsServer,
  async fn() {
    const port = freePort();
    const address = { hostname: "127.0.0.1", port };
    const options = optionsFor(port);
    const started = await LocalServer.start(address, options);
    const { connection } = await connectNats(options.server);
    await started?.release();
    assertEquals(await answers(address), true);
    const [line, ...others] = options.printed;
    assertEquals(others, []);
    const [, pid, count, directory] =
      /^The NATS server at 127\.0\.0\.1:\d+, process (\d+), goes on, because others use it over (1 connection): its files lie in "(.*)"$/
        .exec(line) ?? [];
    assertEquals(count, "1 connection");
    await connection.close();
    Deno.kill(Number(pid), "SIGKILL");
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test({
  name: "of two programs that start a server, the one with the port has it",
  ignore: !hasNatsServer,
  async fn() {
    const port = freePort();
    const address = { hostname: "127.0.0.1", port };
    const starts = [1, 2].map(() =>
      LocalServer.start(address, optionsFor(port))
    );
    const started = (await Promise.all(starts)).filter((it) => it);
    assertEquals(started.length, 1);
    await started[0]?.release();
    assertEquals(await answers(address), false);
  },
});

Deno.test("a server that cannot be started is told in one line", async () => {
  const port = freePort();
  const address = { hostname: "127.0.0.1", port };
  const cases: [Partial<LocalServerOptions>, string][] = [
    [{ execPath: "no-such-server" }, 'there is no program "no-such-server"'],
    [{ execPath: "false" }, '"false" ended at once'],
    [
      { server: { servers: `127.0.0.1:${port}`, nkey: "SUSECRET" } },
      `No NATS server answers at 127.0.0.1:${port}, and none with an nkey`,
    ],
  ];
  for (const [options, message] of cases) {
    await assertRejects(
      () => LocalServer.start(address, optionsFor(port, options)),
      CapioError,
      message,
    );
  }
});
