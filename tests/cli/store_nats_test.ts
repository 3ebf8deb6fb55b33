import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { connectNats } from "../../src/nats/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";

const cli = fromFileUrl(import.meta.resolve("../../src/cli/mod.ts"));
const config = await stdConfigArgs();

function store(...args: string[]) {
  return storeWith({}, ...args);
}

/** Runs a command with variables of the environment. */
async function storeWith(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "store", ...args],
    stdin: "null",
    env,
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test({
  name:
    "sweep removes what no value has, when it is old enough, and the environment logs in",
  ignore: !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start({
      args: ["--user", "me", "--pass", "secret"],
    });
    const url = `nats://me:secret@${server.address}/bucket`;
    const set = await store("set", url, "key", cli);
    assertEquals([set.code, set.stderr], [0, ""]);
    const { connection, libraries } = await connectNats({
      ...{ servers: server.address, user: "me", pass: "secret" },
    });
    const client = libraries.jetstream.jetstream(connection);
    await client.publish("$O.bucket.C.orphan", new Uint8Array(1000));
    await connection.close();
    assertEquals(
      await store("sweep", url),
      { code: 0, stdout: "0 unfinished values removed\n", stderr: "" },
    );
    assertEquals(
      await store("sweep", "--older-than", "0", url),
      { code: 0, stdout: "1 unfinished value removed\n", stderr: "" },
    );
    const { stdout } = await store("get", url, "key");
    assertEquals(stdout, await Deno.readTextFile(cli));

    // Other users do not see the environment of a process.
    const bucket = `nats://${server.address}/bucket`;
    const login = (pass: string) => ({
      SLUICE_NATS_URL: `nats://me:${pass}@${server.address}`,
    });
    const [listed, refused, elsewhere] = await Promise.all([
      storeWith(login("secret"), "ls", bucket),
      storeWith(login("wr0ng"), "ls", bucket),
      storeWith({ SLUICE_NATS_URL: "nats://me:secret@other:1" }, "ls", bucket),
    ]);
    assertEquals([listed.code, listed.stderr], [0, ""]);
    assertStringIncludes(listed.stdout, "key");
    for (const { code, stderr } of [refused, elsewhere]) {
      assertEquals(code, 1);
      assertEquals(
        stderr,
        `sluice store: Cannot connect to ${server.address}: the server refuses the login: check user, password or token\n`,
      );
    }
  },
});

Deno.test("a variable that names no server is refused without its secret", async () => {
  const env = { SLUICE_NATS_URL: "nats://me:secret@host:1/path" };
  const { code, stderr } = await storeWith(env, "ls", "nats://host:1/bucket");
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"$SLUICE_NATS_URL" must be "nats://HOST:PORT"');
  assertEquals(stderr.includes("secret"), false, stderr);
});

Deno.test("sweep refuses what it is not for", async () => {
  const wrong = await store("sweep", "--older-than", "soon", "nats://a/b");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, `found "soon"`);
});
