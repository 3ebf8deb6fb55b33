// An image packed into a stream.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { PNG } from "pngjs";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const image = new PNG({ width: 400, height: 300, deflateLevel: 1 });
for (let n = 0; n < image.data.length; n++) {
  image.data[n] = (n * 2_654_435_761) >>> 24;
}
const output = createWriteStream("made/image.png");
const closed = once(output, "close");
let isFirst = true;
image.pack().on("data", async (chunk: Uint8Array) => {
  output.write(chunk);
  if (!isFirst) return;
  isFirst = false;
  output.cork();
  await halfway();
  output.uncork();
}).on("end", () => output.end());
await closed;
console.log("packed");
