// Lines read by hand: synchronous reads into a buffer until one is short.
import LineByLine from "n-readlines";

for (const path of ["made/all.log", "made/serious.log"]) {
  const lines = new LineByLine(path, { readChunk: 1024 });
  let [count, last]: [number, string] = [0, ""];
  for (let line = lines.next(); line; line = lines.next()) {
    count++;
    last = line.toString();
  }
  console.log(path, count, last);
}
