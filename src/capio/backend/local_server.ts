import { delay } from "@std/async";
import { join } from "@std/path";
import { bareHost, isInTime } from "../../internal/mod.ts";
import { type NatsOptions, serverAddresses } from "../../nats/mod.ts";
import { CapioError, steadyClock } from "../platform/mod.ts";

/** How a server of this machine is found or started. */
export interface LocalServerOptions {
  readonly server: NatsOptions;
  /** The program to start. */
  readonly execPath: string;
  /** How long it is awaited. */
  readonly timeoutSeconds: number;
  /** Whether it is stopped at the end, unless others use it. */
  readonly teardown: boolean;
  readonly print: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Pause between two looks whether a server answers, in ms. */
const PAUSE_MILLISECONDS = 50;

/** Longest wait until the connections of this program are closed, in ms. */
const CLOSING_MILLISECONDS = 1000;

/** Longest time that a server takes to end before it is killed, in ms. */
const GRACE_MILLISECONDS = 10_000;

/**
 * Returns the address of a server that this program may start: that of one on a
 * loopback address, which it may connect to.
 */
export function localAddress(
  server: Pick<NatsOptions, "servers">,
): { hostname: string; port: number } | undefined {
  const [host, ...others] = serverAddresses(server);
  const [, name = "", port] = /^(.*):(\d+)$/.exec(host) ?? [];
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(name);
  if (others.length > 0 || !isLoopback) return undefined;
  const { state } = Deno.permissions.querySync({ name: "net", host });
  if (state !== "granted") return undefined;
  return { hostname: bareHost(name), port: Number(port) };
}

/** Returns whether anything listens at an address. */
export async function answers(
  address: { hostname: string; port: number },
): Promise<boolean> {
  try {
    (await Deno.connect(address)).close();
    return true;
  } catch {
    return false;
  }
}

/** A NATS server that this program has started, in a directory of its own. */
export class LocalServer {
  /**
   * Starts a server, unless one answers by then.
   *
   * @returns The server, `undefined` where another one has the address.
   * @throws {CapioError} If none answers in time.
   */
  static async start(
    address: { hostname: string; port: number },
    options: LocalServerOptions,
  ): Promise<LocalServer | undefined> {
    assertStartable(options);
    const directory = await Deno.makeTempDir({ prefix: "sluice-nats-" });
    const server = new LocalServer(address, directory, options);
    try {
      if (await server.#untilItAnswers()) return server;
    } catch (error) {
      await server.#end();
      throw error;
    }
    // Another program was faster.
    await server.#end();
    return undefined;
  }

  readonly #address: { hostname: string; port: number };
  readonly #directory: string;
  readonly #options: LocalServerOptions;
  readonly #process: Deno.ChildProcess;
  #hasEnded = false;

  private constructor(
    address: { hostname: string; port: number },
    directory: string,
    options: LocalServerOptions,
  ) {
    this.#address = address;
    this.#directory = directory;
    this.#options = options;
    const file = join(directory, "nats.conf");
    Deno.writeTextFileSync(file, this.#configuration(), { mode: 0o600 });
    this.#process = spawn(options.execPath, file, directory);
    this.#process.status.then(() => this.#hasEnded = true);
  }

  /** Stops it, unless it is to stay or another program uses it. */
  async release(): Promise<void> {
    const { teardown, print } = this.#options;
    const others = teardown ? await this.#otherConnections() : 0;
    if (teardown && others === 0) return await this.#end();
    const { hostname, port } = this.#address;
    const why = teardown
      ? `others use it over ${others} ${
        others === 1 ? "connection" : "connections"
      }`
      : "teardownServer is false";
    print(
      `The NATS server at ${hostname}:${port}, process ${this.#process.pid}, goes on, because ${why}: its files lie in "${this.#directory}"`,
    );
    this.#process.unref();
  }

  /** Returns whether it answers, and not another one. */
  async #untilItAnswers(): Promise<boolean> {
    const { timeoutSeconds, signal } = this.#options;
    const deadline = steadyClock() + 1000 * timeoutSeconds;
    for (;;) {
      signal?.throwIfAborted();
      // In this order: the one that ended without the address never answers.
      const hasEnded = this.#hasEnded;
      const isThere = await answers(this.#address);
      if (isThere) return !hasEnded && this.#ports() !== undefined;
      if (hasEnded) throw this.#failure("ended at once");
      if (steadyClock() > deadline) {
        throw this.#failure(`does not answer after ${timeoutSeconds} s`);
      }
      await delay(PAUSE_MILLISECONDS, { signal });
    }
  }

  #failure(what: string): CapioError {
    const { hostname, port } = this.#address;
    const [line = ""] = this.#log().filter((line) =>
      /\[(FTL|ERR)\]/.test(line)
    );
    const why = line.replace(/^.*\[(FTL|ERR)\]\s*/, "");
    return new CapioError(
      "BACKEND_FAILED",
      `Cannot start a NATS server at ${hostname}:${port}: "${this.#options.execPath}" ${what}${
        why && `, ${why}`
      }`,
    );
  }

  #log(): string[] {
    try {
      return Deno.readTextFileSync(join(this.#directory, "log")).split("\n");
    } catch {
      return [];
    }
  }

  /** Returns how many connections the server has, besides those that are closing. */
  async #otherConnections(): Promise<number> {
    const url = this.#ports()?.monitoring?.[0];
    if (url === undefined) return 0;
    const deadline = steadyClock() + CLOSING_MILLISECONDS;
    for (;;) {
      const count = await fetch(`${url}/connz?limit=1`)
        .then((response) => response.json())
        .then(({ num_connections: count }) => Number(count) || 0)
        .catch(() => 0);
      if (count === 0 || steadyClock() > deadline) return count;
      await delay(PAUSE_MILLISECONDS);
    }
  }

  /** The addresses that it has: it writes them down when it listens. */
  #ports(): { monitoring?: string[] } | undefined {
    try {
      const name = [...Deno.readDirSync(this.#directory)]
        .find(({ name }) => name.endsWith(".ports"))?.name;
      if (name === undefined) return undefined;
      return JSON.parse(Deno.readTextFileSync(join(this.#directory, name)));
    } catch {
      return undefined;
    }
  }

  async #end(): Promise<void> {
    const { status } = this.#process;
    this.#kill("SIGTERM");
    if (!await isInTime(status, GRACE_MILLISECONDS)) this.#kill("SIGKILL");
    await status;
    await Deno.remove(this.#directory, { recursive: true });
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  #configuration(): string {
    const { server: { user, pass = "", token } } = this.#options;
    const { hostname, port } = this.#address;
    const inDirectory = (name: string) =>
      JSON.stringify(join(this.#directory, name));
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const login = token !== undefined
      ? `authorization { token: ${JSON.stringify(token)} }`
      : user !== undefined
      ? `authorization { user: ${JSON.stringify(user)}, password: ${
        JSON.stringify(pass)
      } }`
      : "";
    return [
      `listen: "${host}:${port}"`,
      // On a free port, to see whether others use the server.
      `http: "127.0.0.1:-1"`,
      `jetstream { store_dir: ${inDirectory("jetstream")} }`,
      `log_file: ${inDirectory("log")}`,
      login,
    ].join("\n");
  }
}

/** Refuses what a server that is started so does not have. */
function assertStartable({ server, execPath }: LocalServerOptions): void {
  const { credentials, nkey, tls } = server;
  const special = credentials !== undefined
    ? "credentials"
    : nkey !== undefined
    ? "an nkey"
    : tls
    ? "TLS"
    : undefined;
  const servers = [server.servers].flat().join(", ");
  if (special !== undefined) {
    throw new CapioError(
      "BACKEND_FAILED",
      `No NATS server answers at ${servers}, and none with ${special} can be started: start it before`,
    );
  }
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: execPath,
  });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    `No NATS server answers at ${servers}, and "${execPath}" may not be started: start one, or run again with --allow-run=deno,${execPath}`,
  );
}

function spawn(
  execPath: string,
  configuration: string,
  directory: string,
): Deno.ChildProcess {
  try {
    return new Deno.Command(execPath, {
      args: ["-c", configuration, "--ports_file_dir", directory],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // Ctrl-C ends the programs that use it first.
      detached: true,
    }).spawn();
  } catch (error) {
    Deno.removeSync(directory, { recursive: true });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CapioError(
      "BACKEND_FAILED",
      `Cannot start a NATS server: there is no program "${execPath}", install it or name it with serverExecPath`,
      { cause: error },
    );
  }
}
