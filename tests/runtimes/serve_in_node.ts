/**
 * Servers for tests in Node.js and Bun, in place of those of `Deno.serve`.
 *
 * @module
 */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LineHostBuffer, type LineHostServer } from "../../src/lines/mod.ts";

type Handler = (request: Request) => Response | Promise<Response>;

interface Options {
  readonly port?: number;
  readonly signal?: AbortSignal;
  readonly handler?: Handler;
}

/** Serves a handler on all addresses of the machine. */
export function serve(
  ...args: [Options, Handler?] | [Handler]
): LineHostServer {
  const { port = 0, signal, handler = args.at(-1) as Handler } =
    typeof args[0] === "object" ? args[0] : {};
  let isStopping = false;
  const server = createServer((incoming, outgoing) => {
    // A client that goes on asking would keep its connection for ever.
    outgoing.on("finish", () => isStopping && server.closeIdleConnections());
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  server.on("close", resolve);
  // Without a name to look up it listens at once.
  server.listen({ port });
  const bound = server.address() as AddressInfo;
  const shutdown = () => {
    isStopping = true;
    server.close();
    return finished;
  };
  signal?.addEventListener("abort", shutdown);
  return {
    addr: { transport: "tcp", hostname: "127.0.0.1", port: bound.port },
    finished,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

async function answer(
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  outgoing.on("close", () => left.abort());
  const response = await handler(requestOf(incoming, left.signal));
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  outgoing.writeHead(response.status);
  outgoing.flushHeaders();
  if (response.body === null) return void outgoing.end();
  await pipeline(Readable.fromWeb(response.body as never), outgoing);
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", headers, url = "/" } = incoming;
  const headerPairs = Object.entries(headers).map(([name, value]) =>
    [name, String(value)] as [string, string]
  );
  const hasBody = method !== "GET" && method !== "HEAD";
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers: headerPairs,
    signal,
    body: hasBody ? Readable.toWeb(incoming) as ReadableStream : undefined,
    duplex: "half",
  };
  return new Request(`http://${headers.host}${url}`, init);
}

/** Where hosts cannot serve themselves, those of tests are served here. */
export function serveHosts(): void {
  LineHostBuffer.prototype.serve = function (options = {}) {
    const stopping = new AbortController();
    const server = serve(options, async (request) => {
      const { signal } = stopping;
      return await this.handler(request, { signal }) ??
        Response.json({ message: "Not found" }, { status: 404 });
    });
    const shutdown = async () => {
      stopping.abort();
      await server.shutdown();
    };
    return { ...server, shutdown, [Symbol.asyncDispose]: shutdown };
  };
}
