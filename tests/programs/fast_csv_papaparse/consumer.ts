// One table as a text, the other as a stream through the library.
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import Papa from "papaparse";

const names = Papa.parse(await readFile("made/tables/names.csv", "utf8"));
console.log(JSON.stringify(names.data));
const rows = createReadStream("made/tables/values.csv")
  .pipe(Papa.parse(Papa.NODE_STREAM_INPUT, { header: true }));
let [count, sum] = [0, 0];
for await (const { value } of rows) {
  count++;
  sum += Number(value);
}
console.log(count, sum);
