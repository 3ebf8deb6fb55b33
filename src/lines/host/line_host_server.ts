import { checkSignal, hostNames, requireDeno } from "../../internal/mod.ts";
import { untilAborted, type WaitOptions } from "../buffer/mod.ts";

/** A running server of a {@linkcode LineHostBuffer}. */
export interface LineHostServer extends AsyncDisposable {
  /** The address at which it listens. */
  readonly addr: Deno.NetAddr;
  /** Resolves when it has stopped. */
  readonly finished: Promise<void>;
  /**
   * Ends live streams, lets the other requests finish, and stops. The buffer
   * stays as it is and can be served again.
   *
   * @param options Signal that ends the wait for the other requests.
   */
  shutdown(options?: WaitOptions): Promise<void>;
}

/** Options for `LineHostBuffer.serve`: those of `Deno.serve`, and more. */
export interface LineHostServeOptions extends Deno.ServeTcpOptions {
  /**
   * The address or the name of the network interface to listen on. Use
   * `"0.0.0.0"` for all of them, and then a token.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** Stops the server. */
  signal?: AbortSignal;
  /**
   * Names under which browsers and mirrors reach this server, besides those of
   * the buffer's option of that name and `hostname`.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
}

/** Serves a handler, and answers 404 to requests that it does not take. */
export function serveHandler(
  options: LineHostServeOptions,
  handler: (
    request: Request,
    signal: AbortSignal,
    allowedHosts: readonly string[],
  ) => Promise<Response | null>,
): LineHostServer {
  const { signal, allowedHosts = [], ...others } = options;
  checkSignal("signal", signal);
  requireDeno("serve", "give the requests of a server to handler()");
  // Who listens on all interfaces must say so.
  const serveOptions = { ...others, hostname: others.hostname ?? "127.0.0.1" };
  const names = [...hostNames("allowedHosts", allowedHosts)]
    .concat(nameOf(serveOptions.hostname));
  const stopping = new AbortController();
  const server = Deno.serve(
    { onListen() {}, onError: failed, ...serveOptions },
    async (request) =>
      await handler(request, stopping.signal, names) ??
        Response.json({ message: "Not found" }, { status: 404 }),
  );
  const stop = async () => {
    signal?.removeEventListener("abort", stop);
    stopping.abort();
    await server.shutdown();
  };
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  return {
    addr: server.addr,
    finished: server.finished,
    async shutdown({ signal } = {}) {
      checkSignal("signal", signal);
      await untilAborted(stop(), signal);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** The name that a server is bound to, if it is one and not an address. */
function nameOf(hostname: string): string[] {
  const isName = /[a-z]/i.test(hostname) && !hostname.includes(":");
  return isName ? [hostname] : [];
}

function failed(): Response {
  const message = "The host has failed, see what it says where it runs";
  return Response.json({ message }, { status: 500 });
}
