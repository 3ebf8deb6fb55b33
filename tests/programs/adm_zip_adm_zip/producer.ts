// An archive made in memory and written with positions in one go.
import { Buffer } from "node:buffer";
import { mkdirSync } from "node:fs";
import AdmZip from "adm-zip";

mkdirSync("made");
const zip = new AdmZip();
for (let n = 0; n < 10; n++) {
  zip.addFile(`d/${n}.txt`, Buffer.from(`${n}\n`.repeat(9_000)));
}
for (const entry of zip.getEntries()) {
  entry.header.time = new Date(2020, 0, 1);
}
zip.writeZip("made/data.zip");
console.log("zipped");
