// A download in parts, which several streams write at their places in one file.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  closeSync,
  createWriteStream,
  mkdirSync,
  openSync,
  statSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { request } from "undici";

const PART = 100_000;
const contents = Buffer.alloc(4 * PART, "0123456789abcdef");
const server = createServer((request, response) => {
  const [from, to] = request.headers.range?.match(/\d+/g) ?? [];
  response.statusCode = 206;
  response.end(contents.subarray(Number(from), Number(to) + 1));
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
mkdirSync("made");
closeSync(openSync("made/large.bin", "w"));
await Promise.all([3, 2, 1, 0].map(async (n) => {
  const [start, end] = [n * PART, (n + 1) * PART - 1];
  const { body } = await request(`http://127.0.0.1:${port}/`, {
    headers: { range: `bytes=${start}-${end}` },
  });
  const part = createWriteStream("made/large.bin", { flags: "r+", start });
  await pipeline(body, part);
}));
server.closeAllConnections();
await once(server.close(), "close");
console.log(statSync("made/large.bin").size);
