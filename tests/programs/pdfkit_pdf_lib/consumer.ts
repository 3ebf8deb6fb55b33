// Loads a document as a whole, and writes a part of it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { PDFDocument } from "pdf-lib";

const whole = await PDFDocument.load(readFileSync("made/report.pdf"), {
  updateMetadata: false,
});
const part = await PDFDocument.create({ updateMetadata: false });
for (const page of await part.copyPages(whole, [0, 7])) part.addPage(page);
mkdirSync("result");
writeFileSync("result/part.pdf", await part.save());
console.log(whole.getPageCount(), part.getPageCount());
