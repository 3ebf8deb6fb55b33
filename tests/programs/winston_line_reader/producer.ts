// A log transport that looks at the file first and then appends through a stream.
import winston from "winston";
import { halfway } from "../halfway.ts";

const { format, transports } = winston;
const log = winston.createLogger({
  format: format.combine(format.errors(), format.json()),
  transports: [
    new transports.File({ dirname: "made", filename: "all.log" }),
    new transports.File({
      dirname: "made",
      filename: "errors.log",
      level: "error",
    }),
  ],
});
for (let n = 0; n < 1500; n++) {
  if (n === 700) await halfway();
  if (n % 50 === 0) log.error(`job ${n} failed`, { n });
  else log.info(`job ${n} done`, { n });
}
log.end();
await new Promise((resolve) => log.on("finish", resolve));
console.log("logged");
