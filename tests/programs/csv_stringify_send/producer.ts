// A table to which records are added with separate calls.
import { mkdirSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { halfway } from "../halfway.ts";

mkdirSync("made/public", { recursive: true });
const output = createWriteStream("made/public/table.csv");
for (let n = 0; n < 100; n++) {
  if (n === 10) await halfway();
  const rows = Array.from({ length: 50 }, (_, i) => [n, i, n * i]);
  output.write(stringify(rows));
}
output.end();
await once(output, "close");
console.log("written");
