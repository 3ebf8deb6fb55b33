// Asks whether the archive is there, reads it as a whole and unpacks it.
import AdmZip from "adm-zip";

const zip = new AdmZip("made/data.zip");
zip.extractAllTo("result", true);
for (const entry of zip.getEntries()) {
  console.log(entry.entryName, entry.header.size);
}
