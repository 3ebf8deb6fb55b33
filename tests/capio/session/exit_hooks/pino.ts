import pino from "pino";
import { dir, end } from "./end.ts";

// What is left in the buffer pino writes itself when the program ends.
const destination = pino.destination({
  dest: `${dir}/log`,
  sync: true,
  minLength: 4096,
});
const log = pino({ base: null, timestamp: false }, destination);
for (let i = 0; i < 1000; i++) log.info({ i }, "of the log");
end();
