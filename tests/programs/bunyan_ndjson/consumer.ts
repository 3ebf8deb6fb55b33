// A stream of parsed lines, ended by an event.
import { createReadStream } from "node:fs";
import ndjson from "ndjson";

for (const path of ["made/app.log", "made/app.err"]) {
  const records: { n: number; level: number }[] = [];
  await new Promise((resolve, reject) => {
    createReadStream(path, { highWaterMark: 1000 })
      .pipe(ndjson.parse())
      .on("data", (record: { n: number; level: number }) => {
        records.push(record);
      })
      .on("end", resolve)
      .on("error", reject);
  });
  console.log(path, records.length, records.at(-1));
}
