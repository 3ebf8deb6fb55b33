// A logger with a file of its own for each stream, closed by nobody.
import { mkdirSync } from "node:fs";
import bunyan from "bunyan";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const log = bunyan.createLogger({
  name: "app",
  hostname: "host",
  pid: 1,
  time: undefined,
  streams: [{ path: "made/app.log" }, { path: "made/app.err", level: "warn" }],
});
for (let n = 0; n < 1200; n++) {
  if (n === 600) await halfway();
  log[n % 100 === 0 ? "warn" : "info"]({ n, time: new Date(n) }, "tick");
}
console.log("logged");
