import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  connectNats,
  NatsError,
  type NatsOptions,
} from "../../src/nats/mod.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import {
  newCertificate,
  newCredentials,
  newNkey,
} from "../support/nats_logins.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

const ignore = !hasNatsServer;

/** Connects, and asks for something. */
async function use(options: NatsOptions): Promise<void> {
  const { connection } = await connectNats(options);
  await connection.flush();
  await connection.close();
}

function failureOf(options: NatsOptions): Promise<NatsError> {
  return assertRejects(() => use(options), NatsError);
}

Deno.test({
  name: "a certificate is checked against the authority that is given",
  ignore,
  fn: async () => {
    using directory = new TemporaryDirectory();
    const own = await newCertificate(directory.path);
    const other = await newCertificate(directory.path);
    await using server = await NatsServer.start({
      args: ["--tls", "--tlscert", own.certificate, "--tlskey", own.key],
    });
    const servers = server.address;
    await use({ servers, tls: { ca: own.text } });
    for (const tls of [{ ca: other.text }, true, undefined]) {
      const { code, message } = await failureOf({ servers, tls });
      assertEquals(code, "TLS", message);
      assert(message.startsWith(`Cannot connect to ${servers}: `), message);
      assert(!message.includes("\n"), message);
    }
  },
});

Deno.test({
  name: "a server without TLS is not taken for one that has it",
  ignore,
  fn: async () => {
    await using server = await NatsServer.start();
    const { code, message } = await failureOf({
      servers: server.address,
      tls: true,
    });
    assertEquals(code, "TLS", message);
    assert(!message.includes("\n"), message);
  },
});

Deno.test({
  name: "an nkey logs in, and another one is refused in one line without it",
  ignore,
  fn: async () => {
    const [own, other] = [await newNkey(), await newNkey()];
    using directory = new TemporaryDirectory();
    const config = join(directory.path, "config");
    await Deno.writeTextFile(
      config,
      `authorization { users = [{ nkey: ${own.publicKey} }] }`,
    );
    await using server = await NatsServer.start({ args: ["-c", config] });
    const servers = server.address;
    await use({ servers, nkey: own.seed });
    const { code, message } = await failureOf({ servers, nkey: other.seed });
    assertEquals(code, "REFUSED", message);
    assert(!message.includes(other.seed) && !message.includes("\n"), message);
    const damaged = await failureOf({ servers, nkey: "SUsecret" });
    assert(!damaged.message.includes("SUsecret"), damaged.message);
    assertEquals(damaged.code, "REFUSED", damaged.message);
  },
});

Deno.test({
  name: "a credentials file logs in, and that of another operator is refused",
  ignore,
  fn: async () => {
    const [own, other] = [await newCredentials(), await newCredentials()];
    using directory = new TemporaryDirectory();
    const config = join(directory.path, "config");
    await Deno.writeTextFile(config, own.config);
    await using server = await NatsServer.start({ args: ["-c", config] });
    const servers = server.address;
    await use({ servers, credentials: own.credentials });
    const { code, message } = await failureOf({
      servers,
      credentials: other.credentials,
    });
    assertEquals(code, "REFUSED", message);
    assert(!message.includes("\n"), message);
    const damaged = await failureOf({ servers, credentials: "secret" });
    assert(!damaged.message.includes("secret"), damaged.message);
    assertEquals(damaged.code, "REFUSED", damaged.message);
  },
});
