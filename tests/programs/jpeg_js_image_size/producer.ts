// Images written piece by piece through a descriptor.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import jpeg from "jpeg-js";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const [width, height] = [320, 240];
const data = new Uint8Array(width * height * 4)
  .map((_, n) => (n * 2_654_435_761) >>> 24);
const { data: image } = jpeg.encode({ data, width, height }, 60);
const descriptor = openSync("made/image.jpg", "w");
for (let from = 0; from < image.length; from += 5000) {
  if (from === 20_000) await halfway();
  writeSync(descriptor, image, from, Math.min(5000, image.length - from));
}
closeSync(descriptor);
console.log(`${image.length} bytes`);
