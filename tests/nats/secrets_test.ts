import { assert, assertEquals, assertRejects } from "@std/assert";
import { NatsError, type NatsOptions } from "../../src/nats/mod.ts";
import { NatsStore, type NatsStoreOptions } from "../../src/store/mod.ts";
import { freePort } from "../support/free_port.ts";
import { newCredentials, newNkey } from "../support/nats_logins.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";

const SECRET = "s3cr3t";

/** What stands in an error, its causes and their properties, also hidden ones. */
function allOf(error: unknown): string {
  const shown = Deno.inspect(error, { depth: 20, showHidden: true });
  return `${shown}\n${JSON.stringify(error)}`;
}

Deno.test({
  name: "no way of logging in shows its secret, whatever goes wrong",
  ignore: !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start({
      args: ["--user", "me", "--pass", "right"],
    });
    const nkey = await newNkey();
    const { credentials } = await newCredentials();
    const seed = /SU[A-Z0-9]{50,}/.exec(credentials)?.[0] ?? "";
    const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(credentials)?.[0] ?? "";
    assert(seed !== "" && jwt !== "");
    const secrets = [SECRET, nkey.seed, seed, jwt, "SUwr0ng"];
    const logins: [
      what: string,
      inUrl: string,
      options: NatsStoreOptions & Partial<NatsOptions>,
    ][] = [
      ["user and password in the URL", `me:${SECRET}@`, {}],
      ["a password with signs in the URL", `me:%40${SECRET}%2F@`, {}],
      ["a token in the URL", `${SECRET}@`, {}],
      ["user and password as options", "", { user: "me", pass: SECRET }],
      ["a token as an option", "", { token: SECRET }],
      ["an nkey", "", { nkey: nkey.seed }],
      ["a damaged nkey", "", { nkey: "SUwr0ng" }],
      ["a credentials file", "", { credentials }],
      ["a damaged credentials file", "", { credentials: `${SECRET}\n${jwt}` }],
    ];
    const failures: [
      scheme: string,
      address: string,
      more: NatsStoreOptions,
      code: string,
    ][] = [
      ["nats", server.address, {}, "REFUSED"],
      ["nats", `127.0.0.1:${freePort()}`, {}, "UNREACHABLE"],
      ["tls", server.address, {}, "TLS"],
      ["nats", server.address, { tls: { ca: `no PEM ${SECRET}` } }, "TLS"],
    ];
    for (const [what, inUrl, login] of logins) {
      for (const [scheme, address, more, code] of failures) {
        const url = `${scheme}://${inUrl}${address}/bucket`;
        const store = new NatsStore(url, { ...login, ...more });
        const error = await assertRejects(() => store.connect(), NatsError);
        const isDamaged = what.includes("damaged");
        const told = `${what}: ${error.message}`;
        assertEquals(error.code, isDamaged ? "REFUSED" : code, told);
        assert(!error.message.includes("\n"), told);
        for (const text of [allOf(error), allOf(store)]) {
          const shown = secrets.find((secret) => text.includes(secret));
          assertEquals(shown, undefined, `${what}, ${code}: ${text}`);
        }
      }
    }
  },
});
