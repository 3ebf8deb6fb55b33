// A log whose full files are renamed, and the list of them.
import { once } from "node:events";
import { createStream } from "rotating-file-stream";
import { halfway } from "../halfway.ts";

const log = createStream(
  (time, index) => time ? `app.${index}.log` : "app.log",
  { size: "32K", path: "made", history: "history.txt", initialRotation: false },
);
for (let n = 0; n < 3000; n++) {
  if (n === 1500) await halfway();
  const line = `line ${n} ${"x".repeat(40)}\n`;
  if (!log.write(line)) await once(log, "drain");
}
log.end();
await once(log, "close");
console.log("logged");
