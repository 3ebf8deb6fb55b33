import { abortable } from "@std/async";
import { checkString, refused } from "../internal/mod.ts";
import { DenoTransport } from "./deno_transport.ts";
import { type NatsLibraries, natsLibraries } from "./libraries.ts";
import { NatsError } from "./nats_error.ts";
import { natsFailure } from "./nats_failure.ts";
import type { NatsOptions } from "./nats_options.ts";

/** A connection to a NATS server, whose libraries are loaded. */
export interface NatsConnected {
  readonly libraries: NatsLibraries;
  readonly connection: NatsConnection;
  /** The servers, as the user may see them. */
  readonly servers: string;
}

type Core = NatsLibraries["core"];
type NatsConnection = Awaited<
  ReturnType<Core["NatsConnectionImpl"]["connect"]>
>;
type ConnectOptions = Parameters<Core["NatsConnectionImpl"]["connect"]>[0];

/**
 * Connects to a NATS server. A connection that is lost later comes back by
 * itself; meanwhile only what is acknowledged has arrived.
 *
 * @throws {NatsError} If no server answers, or it refuses the login.
 */
export async function connectNats(
  options: NatsOptions,
  signal?: AbortSignal,
): Promise<NatsConnected> {
  const servers = serverList(options);
  const shown = servers.join(", ");
  const libraries = await natsLibraries();
  const { core } = libraries;
  core.setTransportFactory({ factory: () => new DenoTransport(core) });
  const connecting = core.NatsConnectionImpl.connect({
    servers,
    ...login(core, options),
    tls: options.tls === true ? {} : options.tls || undefined,
    // Neither more permissions than those of the servers that were named.
    resolve: false,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 1000,
    maxPingOut: 3,
  } as ConnectOptions);
  try {
    const connection =
      await (signal ? abortable(connecting, signal) : connecting);
    return { libraries, connection, servers: shown };
  } catch (error) {
    connecting.then(
      (connection: NatsConnection) => connection.close(),
      () => {},
    );
    signal?.throwIfAborted();
    throw natsFailure(`connect to ${shown}`, error);
  }
}

function serverList({ servers }: NatsOptions): string[] {
  const list = typeof servers === "string" ? servers.split(",") : [...servers];
  if (list.length === 0) throw refused("servers", "at least one server", list);
  for (const server of list) checkString("servers", server);
  return list.map((server) => server.trim());
}

function login(core: Core, options: NatsOptions) {
  const { user, pass, token, credentials, nkey } = options;
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (credentials !== undefined) {
    const signs = core.credsAuthenticator(bytes(credentials));
    check(() => signs("nonce"), "the credentials", "a user JWT and its seed");
    return { authenticator: signs };
  }
  if (nkey !== undefined) {
    const signs = core.nkeyAuthenticator(bytes(nkey));
    check(() => signs("nonce"), "the nkey", 'a seed, "SU…"');
    return { authenticator: signs };
  }
  if (token !== undefined) return { token };
  return user === undefined ? {} : { user, pass };
}

/** Tries a secret before it is used: the library repeats in its errors what it is. */
function check(sign: () => unknown, what: string, expected: string): void {
  try {
    sign();
  } catch {
    throw new NatsError(
      "REFUSED",
      `Cannot log in: ${what} must hold ${expected}, found something else`,
    );
  }
}
