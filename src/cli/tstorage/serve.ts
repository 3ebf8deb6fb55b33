import { bareHost, hostAndPort } from "../../internal/mod.ts";
import { serveTStorage } from "../../tstorage/mod.ts";
import {
  assertNoMore,
  type Command,
  listening,
  parse,
  positiveNumber,
  UsageError,
  wholeNumber,
} from "../command/mod.ts";

const OPTIONS = {
  path: { type: "string", default: ":memory:" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "2025" },
  "memory-limit": { type: "string", default: "256" },
  "max-connections": { type: "string", default: "1024" },
  cert: { type: "string" },
  key: { type: "string" },
} as const;

/** `sluice tstorage serve`: runs a server on an SQLite file. */
export const serve: Command = {
  name: "serve",
  summary: "Serve the protocol from an SQLite file, or from memory",
  help: `Usage: sluice tstorage serve [OPTIONS]

Serves until Ctrl-C. There is no authentication: any client of TStorage that
reaches the port can write and read everything.

Options:
      --path FILE         Keep the records in FILE (default: in memory)
      --host HOST         Address to listen on (default: 127.0.0.1)
      --port PORT         Port to listen on, 0 for a free one (default: 2025)
      --memory-limit MIB  Most MiB of unfinished PUTs in memory (default: 256)
      --max-connections N Refuse more clients at the same time (default: 1024)
      --cert FILE         Speak TLS with this certificate (PEM) ...
      --key FILE          ... and its private key (PEM)

Example:
  sluice tstorage serve --path weather.db`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, []);
    assertNoMore(positionals, 0);
    const { path } = values;
    if (path === "") {
      throw new UsageError('"--path" must be the name of a file, found ""');
    }
    const address = {
      hostname: bareHost(values.host),
      port: wholeNumber("--port", values.port, 65_535),
    };
    const memoryLimit = 2 ** 20 *
      wholeNumber("--memory-limit", values["memory-limit"], 2 ** 20);
    const maxConnections = positiveNumber(
      "--max-connections",
      values["max-connections"],
      2 ** 20,
    );
    const options = { path, ...address, memoryLimit, maxConnections };
    const tls = await readTls(values);
    await using server = listening(
      address,
      () => serveTStorage({ ...options, tls }),
    );
    const kept = path === ":memory:" ? "in memory" : `in "${path}"`;
    console.log(
      `Serving ${kept} on ${hostAndPort(server.hostname, server.port)}`,
    );
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    return 0;
  },
};

async function readTls({ cert, key }: { cert?: string; key?: string }) {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError('"--cert" and "--key" must be given together');
  }
  return {
    cert: await Deno.readTextFile(cert),
    key: await Deno.readTextFile(key),
  };
}
