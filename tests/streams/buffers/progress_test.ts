import { assertEquals } from "@std/assert";
import {
  EventManager,
  ProgressManager,
  ProgressStepEvent,
} from "../../../src/events/mod.ts";
import { bufferIterator } from "../../../src/streams/mod.ts";
import { pattern } from "../_data.ts";

Deno.test("a ProgressManager reports the progress", async () => {
  const events = new EventManager();
  const steps: number[] = [];
  events.connect(ProgressStepEvent, (event) => void steps.push(event.step));
  const progress = new ProgressManager(events, { steps: 10 });
  await progress.run(async () => {
    const chunks = bufferIterator(pattern(10), { bufferSize: 4, progress });
    await Array.fromAsync(chunks);
  });
  assertEquals(steps, [4, 8, 10, 10]);
});
