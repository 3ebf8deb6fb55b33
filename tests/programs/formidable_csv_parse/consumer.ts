// Reads what was uploaded, as a stream and as a whole.
import { createReadStream, readFileSync } from "node:fs";
import { parse } from "csv-parse";
import { parse as parseSync } from "csv-parse/sync";

let sum = 0;
const rows = createReadStream("made/uploads/squares-table.csv").pipe(parse());
for await (const [n, square] of rows) sum += square / (Number(n) + 1);
console.log(Math.round(sum));
console.log(parseSync(readFileSync("made/uploads/names-list.csv")));
