// Images written as wholes, one after the other.
import { mkdirSync, writeFileSync } from "node:fs";
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const [width, height] = [200, 100];
const data = new Uint8Array(width * height * 4).map((_, n) => n % 253);
writeFileSync("made/photo", jpeg.encode({ data, width, height }, 50).data);
const image = PNG.sync.write(
  Object.assign(new PNG({ width, height }), { data }),
);
const output = createWriteStream("made/drawing", { highWaterMark: 16 });
output.write(image.subarray(0, 10));
await halfway();
output.end(image.subarray(10));
await once(output, "close");
console.log("drawn");
