import { deadline, delay } from "@std/async";
import { freePort } from "./free_port.ts";
import { NatsServer } from "./nats_server.ts";

/** Three real servers of NATS that form a cluster. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  /** Starts three servers, and waits until they listen. */
  static async start(): Promise<NatsCluster> {
    const ports = [freePort(), freePort(), freePort()];
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join();
    const servers = await Promise.all(ports.map((port, i) =>
      NatsServer.start({
        args: [
          ...["--cluster_name", "test", "--name", `server${i}`],
          ...["--cluster", `nats://127.0.0.1:${port}`, "--routes", routes],
        ],
      })
    ));
    return new NatsCluster(servers);
  }

  /** The hosts and ports of all its servers. */
  get address(): string {
    return this.servers.map(({ address }) => address).join();
  }

  /** Returns the server with a name that the cluster itself uses. */
  named(name: string): NatsServer {
    const server = this.servers[Number(name.replace("server", ""))];
    if (!server) throw new Error(`Cannot find the server "${name}"`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
  }
}

/** Tries `fn` until it succeeds: a cluster that has no leader refuses. */
export function untilReady<T>(fn: () => Promise<T>): Promise<T> {
  const trying = async () => {
    for (;;) {
      try {
        return await fn();
      } catch (error) {
        last = error;
        await delay(200);
      }
    }
  };
  let last: unknown;
  return deadline(trying(), 60_000).catch((error) => {
    throw new Error("The cluster is not ready", { cause: last ?? error });
  });
}
