// A log that is appended through one descriptor and flushed at exit.
import { mkdirSync } from "node:fs";
import pino from "pino";
import { halfway } from "../halfway.ts";

mkdirSync("made", { recursive: true });
const log = pino(
  { timestamp: false, base: null },
  pino.destination({ dest: "made/app.log", sync: false, minLength: 4096 }),
);
for (let n = 0; n < 2000; n++) {
  if (n === 1000) await halfway();
  log.info({ n, half: n / 2 }, `request number ${n} has been served`);
}
console.log("logged 2000 requests");
