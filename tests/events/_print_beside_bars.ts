/** Bars for many operations, and prints beside them. */
import { delay } from "@std/async";
import {
  EventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../src/events/mod.ts";

const [count, message] = Deno.args;
const events = new EventManager();
const bar = new TerminalProgressBar(events, { delay: 0 });
const operations = Array.from(
  { length: Number(count) },
  (_, i) =>
    new ProgressManager(events, { message: `${i} ${message}`, steps: 8 }),
);
for (const operation of operations) operation.start();
for (let step = 1; step <= 8; step++) {
  for (const operation of operations) operation.step({ step });
  await delay(60);
  console.log(`printed ${step}`);
  if (step === 4) {
    console.error("an error\nof two lines");
    await Deno.stdout.write(new TextEncoder().encode("written\nbegun"));
    await delay(200);
  }
}
for (const operation of operations) {
  operation.end();
  await delay(1);
}
bar[Symbol.dispose]();
console.log("done");
