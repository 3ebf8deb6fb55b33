// A log in numbered files, and a link to the one that is written.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import pino from "pino";
import roll from "pino-roll";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const destination = await roll({
  file: "made/app",
  symlink: true,
});
const log = pino({ timestamp: false, base: null }, destination);
for (let n = 0; n < 1000; n++) {
  if (n === 500) await halfway();
  log.info({ n }, "request");
}
destination.end();
await once(destination, "close");
console.log("logged");
