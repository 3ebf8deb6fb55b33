import { checkSignal } from "../../internal/mod.ts";
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

/** Serves a handler, and answers 404 to requests that it does not take. */
export function serveHandler(
  options: Deno.ServeTcpOptions & { signal?: AbortSignal },
  handler: (
    request: Request,
    signal: AbortSignal,
  ) => Promise<Response | null>,
): LineHostServer {
  const { signal, ...serveOptions } = options;
  checkSignal("signal", signal);
  const stopping = new AbortController();
  const server = Deno.serve(
    { onListen() {}, ...serveOptions },
    async (request) =>
      await handler(request, stopping.signal) ??
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
