import { join } from "@std/path";
import { natsLibraries } from "../../src/nats/mod.ts";

type KeyPair = ReturnType<
  Awaited<ReturnType<typeof natsLibraries>>["core"]["nkeys"]["createUser"]
>;

/** Makes an nkey of a user: its seed, and what a server knows it by. */
export async function newNkey(): Promise<{ seed: string; publicKey: string }> {
  const { core: { nkeys } } = await natsLibraries();
  const user = nkeys.createUser();
  return { seed: seedOf(user), publicKey: user.getPublicKey() };
}

/**
 * Makes the configuration of a server whose users have credentials files, and the
 * text of such a file.
 */
export async function newCredentials(): Promise<
  { config: string; credentials: string }
> {
  const { core: { nkeys } } = await natsLibraries();
  const [operator, account, system, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const limits = {
    ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1 },
    ...{ wildcards: true, conn: -1, leaf: -1, mem_storage: -1 },
    ...{ disk_storage: -1, streams: -1, consumer: -1 },
  };
  const named = (account: KeyPair, name: string, nats: object = {}) =>
    token(operator, account, name, { type: "account", limits, ...nats });
  const systemLimits = { ...limits, mem_storage: 0, disk_storage: 0 };
  const userToken = token(account, user, "user", {
    type: "user",
    ...{ pub: {}, sub: {}, subs: -1, data: -1, payload: -1 },
  });
  const publicOf = (key: KeyPair) => key.getPublicKey();
  return {
    config: `
      operator: ${
      token(operator, operator, "operator", {
        type: "operator",
        system_account: publicOf(system),
      })
    }
      system_account: ${publicOf(system)}
      resolver: MEMORY
      resolver_preload: {
        ${publicOf(account)}: ${named(account, "account")}
        ${publicOf(system)}: ${named(system, "SYS", { limits: systemLimits })}
      }`,
    credentials: `-----BEGIN NATS USER JWT-----
${userToken}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seedOf(user)}
------END USER NKEY SEED------
`,
  };
}

/** Makes a certificate for `127.0.0.1` that signs itself, and its key. */
export async function newCertificate(
  directory: string,
): Promise<{ certificate: string; key: string; text: string }> {
  const certificate = join(directory, `${crypto.randomUUID()}.pem`);
  const key = `${certificate}.key`;
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt"],
      ...["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=127.0.0.1", "-addext"],
      ...["subjectAltName=IP:127.0.0.1,DNS:localhost"],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-keyout", key, "-out", certificate],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { certificate, key, text: await Deno.readTextFile(certificate) };
}

function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}

/** Makes a token of NATS, signed by `issuer`. */
function token(
  issuer: KeyPair,
  subject: KeyPair,
  name: string,
  nats: object,
): string {
  const claims = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name,
    nats: { ...nats, version: 2 },
  };
  const encode = (value: object) =>
    base64(new TextEncoder().encode(JSON.stringify(value)));
  const text = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${
    encode(claims)
  }`;
  return `${text}.${base64(issuer.sign(new TextEncoder().encode(text)))}`;
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
