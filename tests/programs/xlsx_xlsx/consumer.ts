// Reads a workbook as a whole, and writes a sheet of it as a stream.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import XLSX from "xlsx";

const sheet = XLSX.readFile("made/book.xlsx").Sheets["squares"];
mkdirSync("result");
const output = createWriteStream("result/squares.csv");
XLSX.stream.to_csv(sheet).pipe(output);
await once(output, "close");
console.log(XLSX.utils.sheet_to_json(sheet).length);
