import { bareHost, hostAndPort } from "../../internal/mod.ts";
import { LineHostBuffer } from "../../lines/mod.ts";
import {
  assertNoMore,
  type Command,
  listening,
  parse,
  wholeNumber,
} from "../command/mod.ts";
import { orUsageError, tokenOf } from "./arguments.ts";

const OPTIONS = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "5000" },
  route: { type: "string", default: "/sync-stream" },
  maxlen: { type: "string", default: "1000" },
  token: { type: "string" },
  "allowed-host": { type: "string", multiple: true },
} as const;

/** `sluice lines serve`: runs a host that keeps the last lines. */
export const serve: Command = {
  name: "serve",
  summary: "Keep the last lines that mirrors send, and show them on a page",
  help: `Usage: sluice lines serve [OPTIONS]

Serves until Ctrl-C and keeps the lines in memory. Mirrors of this package and
of syncstream can write. ADDRESS/view is a page that shows the lines as they
come.

Options:
      --host HOST      Address to listen on (default: 127.0.0.1)
      --port PORT      Port to listen on, 0 for a free one (default: 5000)
      --route PATH     Path of the service (default: /sync-stream)
      --maxlen NUMBER  Most items to keep (default: 1000)
      --token TOKEN    Secret that every client has to know
                       (default: $SLUICE_LINES_TOKEN)
      --allowed-host NAME
                       A name under which browsers and mirrors reach the host,
                       besides IP addresses, "localhost" and HOST; may be
                       repeated. With a token every name is accepted

Example:
  sluice lines serve --host 0.0.0.0 --token secret`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, []);
    assertNoMore(positionals, 0);
    const token = tokenOf(values.token);
    const buffer = orUsageError(() =>
      new LineHostBuffer({
        apiRoute: values.route,
        maxlen: wholeNumber("--maxlen", values.maxlen, 2 ** 24),
        token,
        allowedHosts: values["allowed-host"],
      })
    );
    const where = {
      hostname: bareHost(values.host),
      port: wholeNumber("--port", values.port, 65_535),
    };
    await using server = listening(
      where,
      () => buffer.serve({ ...where, signal }),
    );
    const { hostname, port } = server.addr;
    const address = `http://${hostAndPort(hostname, port)}${buffer.apiRoute}`;
    console.log(`Keeping lines at ${address}`);
    const query = token === undefined ? "" : "?token=...";
    console.log(`Showing them at ${address}/view${query}`);
    await server.finished;
    return 0;
  },
};
