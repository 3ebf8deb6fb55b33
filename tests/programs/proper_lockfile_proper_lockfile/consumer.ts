// A counter that both programs increment under a lock that is a directory.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import lockfile from "proper-lockfile";

mkdirSync("made", { recursive: true });
try {
  writeFileSync("made/counter", "0", { flag: "wx" });
} catch {
  // The other program was faster.
}
for (let n = 0; n < 20; n++) {
  const release = await lockfile.lock("made/counter", {
    retries: { retries: 1000, minTimeout: 5, maxTimeout: 20 },
  });
  const count = Number(readFileSync("made/counter", "utf8"));
  writeFileSync("made/counter", String(count + 1));
  await release();
}
console.log("counted to 20 here");
