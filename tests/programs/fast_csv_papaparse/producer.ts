// A table written by a library that opens the file itself.
import { mkdirSync } from "node:fs";
import { format, writeToPath } from "fast-csv";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { halfway } from "../halfway.ts";

mkdirSync("made/tables", { recursive: true });
await once(
  writeToPath("made/tables/names.csv", [["id", "name"], ["1", "One"]]),
  "finish",
);
const table = format({ headers: ["id", "value"] });
const output = createWriteStream("made/tables/values.csv", { flags: "a" });
const closed = once(output, "close");
table.pipe(output);
for (let id = 0; id < 6000; id++) {
  if (id === 3000) await halfway();
  if (!table.write({ id, value: id * id })) await once(table, "drain");
}
table.end();
await closed;
console.log("written");
