// Looks for the directory of a zip file at its end, then reads at positions.
import yauzl from "yauzl";

try {
  const zip = await yauzl.openPromise("made/data.zip");
  for await (const entry of zip.eachEntry()) {
    let bytes = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes += chunk.length;
    }
    console.log(entry.fileName, bytes);
  }
} catch (error) {
  console.log("no archive", error);
}
