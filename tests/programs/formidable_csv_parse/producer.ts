// A server that stores what is uploaded to it, and a client that uploads.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import formidable from "formidable";

mkdirSync("made/uploads", { recursive: true });
const server = createServer(async (request, response) => {
  const [, files] = await formidable({
    uploadDir: "made/uploads",
    filename: (name: string, _extension: string, part: { name: string }) =>
      `${part.name}-${name}.csv`,
  }).parse(request);
  response.end(JSON.stringify(Object.keys(files)));
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
const rows = Array.from({ length: 20_000 }, (_, n) => `${n},${n * n}`);
const body = new FormData();
body.set("squares", new Blob([rows.join("\n")]), "table.csv");
body.set("names", new Blob(["1,one\n"]), "list.csv");
const answer = await fetch(`http://127.0.0.1:${port}/`, {
  method: "POST",
  body,
});
console.log(await answer.text());
server.closeAllConnections();
await once(server.close(), "close");
