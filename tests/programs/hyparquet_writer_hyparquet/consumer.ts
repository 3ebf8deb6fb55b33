// Reads the directory at the end of a table, and some of its rows.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";

const file = await asyncBufferFromFile("made/table.parquet");
try {
  const rows = { rowStart: 150_000, rowEnd: 150_003 };
  console.log(file.byteLength, await parquetReadObjects({ file, ...rows }));
} catch (error) {
  console.log("no table", error);
}
