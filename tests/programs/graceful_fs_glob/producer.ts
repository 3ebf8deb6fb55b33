// Many files at the same time through a library that queues what fails.
import fs from "graceful-fs";
import { halfway } from "../halfway.ts";

fs.mkdirSync("made/many/odd", { recursive: true });
fs.mkdirSync("made/many/even");
const write = (n: number) =>
  new Promise<void>((resolve, reject) =>
    fs.writeFile(
      `made/many/${n % 2 ? "odd" : "even"}/${n}.txt`,
      `${n}\n`.repeat(100),
      (error: Error | null) => error ? reject(error) : resolve(),
    )
  );
await Promise.all(Array.from({ length: 100 }, (_, n) => write(n)));
await halfway();
await Promise.all(Array.from({ length: 100 }, (_, n) => write(100 + n)));
fs.renameSync("made/many/odd/101.txt", "made/many/even/renamed.txt");
console.log("written");
