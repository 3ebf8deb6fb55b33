// Lines by callbacks, from two files at the same time.
import lineReader from "line-reader";

function count(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let [lines, sum] = [0, 0];
    lineReader.eachLine(path, (line: string, isLast: boolean) => {
      lines++;
      sum += JSON.parse(line).n;
      if (isLast) resolve(lines * 1e6 + sum);
    }, (error?: Error) => error && reject(error));
  });
}
console.log(
  await Promise.all([count("made/all.log"), count("made/errors.log")]),
);
