// A JSON document that is longer than any buffer, in a stream.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import JSONStream from "JSONStream";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const document = JSONStream.stringify();
const output = createWriteStream("made/list.json");
const closed = once(output, "close");
document.pipe(output);
for (let n = 0; n < 5000; n++) {
  if (n === 2500) await halfway();
  document.write({ n, tags: ["a", `b${n % 7}`], nested: { value: n / 4 } });
}
document.end();
await closed;
console.log("written");
