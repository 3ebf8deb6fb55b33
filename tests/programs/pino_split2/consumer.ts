// Lines of a read stream, each parsed as it comes.
import { createReadStream } from "node:fs";
import split2 from "split2";

const lines = createReadStream("made/app.log").pipe(split2(JSON.parse));
let [count, sum] = [0, 0];
for await (const { n, half } of lines) {
  count++;
  sum += n + half;
}
console.log(`${count} lines, sum ${sum}`);
