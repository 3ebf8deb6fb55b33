/**
 * A NATS server with JetStream for the demo, in a directory that goes with it.
 *
 * @module
 */
import { join } from "@std/path";

/** A running server; disposing stops it. */
export interface Server extends AsyncDisposable {
  /** Its URL, with a login: not to be shown. */
  readonly url: string;
  /** Its host and port. */
  readonly host: string;
}

/**
 * Starts a server on a free port of an address, with a login that nobody knows.
 *
 * @throws {Error} If there is no `nats-server`, or it does not start.
 */
export async function startServer(
  address: string,
  directory: string,
): Promise<Server> {
  const place = join(directory, "nats");
  await Deno.mkdir(place);
  const token = crypto.randomUUID();
  const configuration = join(place, "nats.conf");
  await Deno.writeTextFile(
    configuration,
    [
      `listen: "${address}:-1"`,
      `jetstream { store_dir: ${JSON.stringify(join(place, "jetstream"))} }`,
      `authorization { token: "${token}" }`,
    ].join("\n"),
    { mode: 0o600 },
  );
  const child = spawn(["-c", configuration, "--ports_file_dir", place]);
  const stop = async () => {
    try {
      child.kill();
    } catch {
      // It has ended.
    }
    await child.status;
  };
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  for (;;) {
    const host = hostOf(place);
    if (host !== undefined) {
      const url = `nats://${token}@${host}`;
      return { url, host, [Symbol.asyncDispose]: stop };
    }
    if (hasEnded) throw new Error("The NATS server did not start");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function spawn(args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("nats-server", {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      'There is no nats-server here: install it, on Debian with "apt-get install nats-server"',
      { cause: error },
    );
  }
}

/** The server writes down where it listens once it does. */
function hostOf(directory: string): string | undefined {
  const name = [...Deno.readDirSync(directory)]
    .find(({ name }) => name.endsWith(".ports"))?.name;
  if (name === undefined) return undefined;
  try {
    const { nats: [url] } = JSON.parse(
      Deno.readTextFileSync(join(directory, name)),
    );
    return String(url).replace(/^nats:\/\//, "");
  } catch {
    // It is not whole yet.
    return undefined;
  }
}
