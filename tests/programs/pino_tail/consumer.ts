// Follows a log as it grows, until a line says that it is over.
import { Tail } from "tail";

const tail = new Tail("made/app.log", { fromBeginning: true });
let [count, sum] = [0, 0];
await new Promise<void>((resolve, reject) => {
  tail.on("line", (line: string) => {
    const { n, msg } = JSON.parse(line);
    if (msg === "the end") return resolve();
    count++;
    sum += n;
  });
  tail.on("error", reject);
});
tail.unwatch();
console.log(count, sum);
