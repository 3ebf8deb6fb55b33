/**
 * A web server that sends a file no faster than a stated rate, as a download
 * over the network would come.
 *
 * @module
 */
import { delay } from "@std/async";

/** A server that {@linkcode serveSlowly} started. */
export interface SlowServer extends AsyncDisposable {
  /** Where the file is. */
  readonly url: URL;
}

/**
 * Serves one file on a free port of this machine.
 *
 * @param bytesPerSecond The rate of each response.
 */
export function serveSlowly(path: string, bytesPerSecond: number): SlowServer {
  const ending = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: ending.signal, onListen() {} },
    async () => {
      const file = await Deno.open(path);
      return new Response(file.readable.pipeThrough(atRate(bytesPerSecond)));
    },
  );
  return {
    url: new URL(`http://127.0.0.1:${server.addr.port}/`),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.finished;
    },
  };
}

function atRate(bytesPerSecond: number): TransformStream<Uint8Array> {
  const begun = performance.now();
  let sent = 0;
  return new TransformStream({
    async transform(chunk, controller) {
      controller.enqueue(chunk);
      sent += chunk.length;
      const due = begun + sent / bytesPerSecond * 1_000;
      await delay(Math.max(0, due - performance.now()));
    },
  });
}
