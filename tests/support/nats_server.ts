import { delay } from "@std/async";
import { freePort } from "./free_port.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

/** How a server of NATS is started. */
export interface NatsServerOptions {
  /** Arguments besides those for its port and its directory. */
  readonly args?: readonly string[];
  /**
   * `false` starts it without JetStream.
   *
   * @default {true}
   */
  readonly jetStream?: boolean;
}

/** Whether `nats-server` is installed: without it tests that need it are skipped. */
export const hasNatsServer: boolean = await isThere();

/** A real server of NATS on a free port of this machine, in a directory of its own. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #directory: TemporaryDirectory;
  readonly #args: readonly string[];
  #process: Deno.ChildProcess;

  private constructor(
    port: number,
    directory: TemporaryDirectory,
    args: readonly string[],
  ) {
    this.port = port;
    this.#directory = directory;
    this.#args = args;
    this.#process = spawn(args);
  }

  /** Starts a server, and waits until it listens. */
  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const directory = new TemporaryDirectory();
    const port = freePort();
    const { args = [], jetStream = true } = options;
    const server = new NatsServer(port, directory, [
      ...["-a", "127.0.0.1", "-p", String(port)],
      ...jetStream ? ["-js", "-sd", directory.path] : [],
      ...args,
    ]);
    await server.#untilListening();
    return server;
  }

  /** Its host and port. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The URL of a bucket that nobody has used. */
  newBucket(): string {
    return `nats://${this.address}/${crypto.randomUUID()}`;
  }

  /** Kills it. What was acknowledged stays in its directory. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Starts it again after it was killed. */
  async startAgain(): Promise<void> {
    this.#process = spawn(this.#args);
    await this.#untilListening();
  }

  async #untilListening(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port }))
          .close();
        return;
      } catch {
        await delay(50);
      }
    }
    throw new Error("The NATS server does not listen");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has been killed.
    }
    await this.#process.status;
    this.#directory[Symbol.dispose]();
  }
}

function spawn(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("nats-server", {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function isThere(): Promise<boolean> {
  try {
    await new Deno.Command("nats-server", { args: ["--version"] }).output();
    return true;
  } catch {
    console.log("nats-server is missing: tests that need it are skipped");
    return false;
  }
}
