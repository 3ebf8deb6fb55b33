// A log that grows in steps.
import { setTimeout } from "node:timers/promises";
import pino from "pino";
import { halfway } from "../halfway.ts";

const destination = pino.destination({
  dest: "made/app.log",
  mkdir: true,
  sync: true,
});
const log = pino({ timestamp: false, base: null }, destination);
for (let n = 0; n < 50; n++) {
  if (n === 25) await halfway();
  log.info({ n }, "step");
  await setTimeout(2);
}
log.info("the end");
destination.end();
console.log("logged");
