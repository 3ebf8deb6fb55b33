// A document in a stream whose pages are written as they are finished.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import PDFDocument from "pdfkit";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const document = new PDFDocument({ info: { CreationDate: new Date(0) } });
const output = createWriteStream("made/report.pdf");
const closed = once(output, "close");
document.pipe(output);
for (let page = 1; page <= 8; page++) {
  if (page === 5) await halfway();
  if (page > 1) document.addPage();
  document.text(`Page ${page}`);
  for (let n = 0; n < 600; n++) {
    document.rect(n % 30 * 15, 100 + n / 30 * 20, 10, 10).stroke();
  }
}
document.end();
await closed;
console.log("printed");
