/**
 * The example of syncstream's documentation: a host keeps ten lines, a route
 * `/test` of the same server shows them, and a mirror sends the three lines that
 * are printed inside its scope.
 *
 * ```sh
 * deno task demo:lines [PORT]
 * ```
 *
 * prints what `/test` answers:
 *
 * ```json
 * {"items":["test line 1","test line 2","test line 3"],"message":"success"}
 * ```
 *
 * @module
 */
import { LineHostBuffer, LineHostMirror } from "@sluice/sluice/lines";

const port = Number(Deno.args[0] ?? 5000);

const host = new LineHostBuffer({ apiRoute: "/sync-stream", maxlen: 10 });
const server = Deno.serve({ port, onListen() {} }, async (request) => {
  if (new URL(request.url).pathname === "/test") {
    return Response.json({ items: host.readSerialized(), message: "success" });
  }
  return await host.handler(request) ??
    new Response("Not found", { status: 404 });
});

// For port 0 the operating system has chosen a free one.
const address = `http://localhost:${server.addr.port}`;
{
  await using mirror = new LineHostMirror(`${address}/sync-stream`);
  await mirror.run(() => {
    console.log("test line 1");
    console.log("test line 2");
    console.log("test line 3");
  });
}

const reply = await fetch(`${address}/test`);
console.log(await reply.text());
await server.shutdown();
