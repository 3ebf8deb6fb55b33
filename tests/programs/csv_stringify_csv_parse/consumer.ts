// Records of a table, one at a time.
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";

const records = createReadStream("made/table.csv")
  .pipe(parse({ columns: true, cast: true }));
let [count, sum] = [0, 0];
for await (const { n, root } of records) {
  count++;
  sum += n * root;
}
console.log(count, sum);
