// Row groups of a table in columns, appended when they are full.
import { mkdirSync } from "node:fs";
import { ParquetWriter } from "hyparquet-writer";
import { fileWriter } from "hyparquet-writer/src/node.js";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const writer = new ParquetWriter({
  writer: fileWriter("made/table.parquet"),
  schema: [
    { name: "root", num_children: 2 },
    { name: "n", type: "INT32", repetition_type: "REQUIRED" },
    { name: "root_of_n", type: "DOUBLE", repetition_type: "REQUIRED" },
  ],
});
for (let group = 0; group < 10; group++) {
  if (group === 8) await halfway();
  const numbers = Array.from({ length: 20_000 }, (_, i) => group * 20_000 + i);
  const [name, other] = ["n", "root_of_n"];
  writer.write({
    columnData: [
      { name, data: numbers },
      { name: other, data: numbers.map(Math.sqrt) },
    ],
    rowGroupSize: 20_000,
  });
}
writer.finish();
console.log("written");
