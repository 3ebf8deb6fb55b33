/** Two operations at once, for the test of the terminal progress bar. */
import { delay } from "@std/async";
import {
  EventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../src/events/mod.ts";

const events = new EventManager();
const bar = new TerminalProgressBar(events, { delay: Number(Deno.args[0]) });
const copy = new ProgressManager(events, {
  message: "Copying a.csv",
  steps: 2e6,
  unit: "bytes",
});
const wait = new ProgressManager(events, { message: "Waiting for b.csv" });
/** Cannot be shown when the program is run so. */
const broken = Deno.args[1] === "broken" && {
  toString(): string {
    throw new Error("the message is broken");
  },
};
await Promise.all([
  copy.run(() => run(copy, 2e5)),
  wait.run(() => run(wait, 1)),
]);
bar[Symbol.dispose]();
console.log("done");

async function run(progress: ProgressManager, each: number): Promise<void> {
  for (let step = each; step <= 10 * each; step += each) {
    progress.step({ step, ...broken && { message: broken as never } });
    await delay(100);
  }
}
