// A log that a worker of the library writes.
import { mkdirSync } from "node:fs";
import pino from "pino";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const log = pino(
  { timestamp: false, base: null },
  pino.transport({
    target: "pino/file",
    options: { destination: "made/app.log" },
  }),
);
for (let n = 0; n < 500; n++) {
  if (n === 250) await halfway();
  log.info({ n }, "request");
}
console.log("logged");
