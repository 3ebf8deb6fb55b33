// A workbook that is written as a whole.
import { mkdirSync } from "node:fs";
import XLSX from "xlsx";

mkdirSync("made");
const rows = Array.from({ length: 2000 }, (_, n) => ({ n, square: n * n }));
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet(rows), "squares");
XLSX.writeFile(book, "made/book.xlsx");
console.log("written");
