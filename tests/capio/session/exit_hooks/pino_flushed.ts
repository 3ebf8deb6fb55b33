import process from "node:process";
import pino from "pino";
import { dir, end } from "./end.ts";

const destination = pino.destination({
  dest: `${dir}/log`,
  sync: false,
  minLength: 16_000,
});
await new Promise((resolve) => destination.once("ready", resolve));
const log = pino({ base: null, timestamp: false }, destination);
for (let i = 0; i < 100; i++) log.info({ i }, "of the log");
process.on("exit", () => destination.flushSync());
end();
