// Appenders that are ended by a call, with a copy of what is serious.
import log4js from "log4js";
import { halfway } from "../halfway.ts";

const layout = { type: "pattern", pattern: "%p %c %m" };
log4js.configure({
  appenders: {
    all: { type: "fileSync", filename: "made/all.log", layout },
    serious: { type: "file", filename: "made/serious.log", layout },
    filter: { type: "logLevelFilter", appender: "serious", level: "error" },
  },
  categories: { default: { appenders: ["all", "filter"], level: "info" } },
});
const log = log4js.getLogger("job");
for (let n = 0; n < 400; n++) {
  if (n === 200) await halfway();
  if (n % 40 === 0) log.error("step", n, "failed");
  else log.info("step", n);
}
await new Promise<void>((resolve) => log4js.shutdown(() => resolve()));
console.log("logged");
