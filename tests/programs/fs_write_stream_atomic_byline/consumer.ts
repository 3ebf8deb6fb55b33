// Lines of a stream, whose first lines alone are read from another one.
import { createReadStream } from "node:fs";
import byline from "byline";

const head: string[] = [];
const some = createReadStream("made/list.txt", { highWaterMark: 64 });
for await (const line of byline(some)) {
  head.push(String(line));
  if (head.length === 3) break;
}
some.destroy();
let count = 0;
for await (const _ of byline(createReadStream("made/list.txt"))) count++;
console.log(head, count);
