import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { connectNats } from "../../src/nats/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";

const cli = fromFileUrl(import.meta.resolve("../../src/cli/mod.ts"));
const config = await stdConfigArgs();

async function store(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "store", ...args],
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test({
  name: "sweep removes what no value has, when it is old enough",
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
  },
});

Deno.test("sweep refuses what it is not for", async () => {
  const wrong = await store("sweep", "--older-than", "soon", "nats://a/b");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, `found "soon"`);
});
