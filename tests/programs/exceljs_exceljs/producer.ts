// A spreadsheet whose rows are written as they are added.
import { mkdirSync } from "node:fs";
import ExcelJS from "exceljs";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({
  filename: "made/book.xlsx",
  useSharedStrings: false,
});
workbook.created = workbook.modified = new Date(0);
const sheet = workbook.addWorksheet("numbers");
for (let n = 1; n <= 3000; n++) {
  if (n === 2000) await halfway();
  sheet.addRow([n, (n * 7919) % 9973, `row ${n}`]).commit();
}
sheet.commit();
await workbook.commit();
console.log("written");
