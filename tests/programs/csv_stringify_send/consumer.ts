// Serves a directory, and asks for a file and a range of it.
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import send from "send";

const server = createServer((request, response) => {
  send(request, request.url ?? "/", {
    root: "made/public",
    lastModified: false,
  })
    .on("error", ({ status }: { status: number }) => {
      response.statusCode = status;
      response.end();
    })
    .pipe(response);
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/table.csv`;
const whole = await fetch(url);
console.log(whole.status, (await whole.text()).length);
const range = await fetch(url, { headers: { range: "bytes=100-199" } });
console.log(range.status, (await range.text()).length);
server.closeAllConnections();
await once(server.close(), "close");
