// Records unpacked from chunks that end anywhere.
import { createReadStream } from "node:fs";
import { UnpackrStream } from "msgpackr";

const records = createReadStream("made/records.msgpack", { highWaterMark: 777 })
  .pipe(new UnpackrStream());
let [count, sum] = [0, 0];
for await (const { n, tags } of records) {
  count++;
  sum += n * (1 + tags[1]);
}
console.log(count, sum);
