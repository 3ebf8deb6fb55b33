import { assertEquals } from "@std/assert";
import { bufferIterator } from "../../../src/streams/mod.ts";
import { EventManager, ProgressEvent } from "../../../src/events/mod.ts";
import {
  MemoryStore,
  StoreProgressEndEvent,
  StoreProgressManager,
  StoreProgressStartEvent,
  StoreProgressStepEvent,
} from "../../../src/store/mod.ts";

Deno.test("as the progress of a byte stream it emits store events of the bytes so far", async () => {
  const events = new EventManager();
  const heard: unknown[] = [];
  events.connect(ProgressEvent, (event) => {
    assertEquals(event.extra.unit, "bytes");
    if (event instanceof StoreProgressStartEvent) {
      heard.push(["start", event.key, event.metadata, event.steps]);
    }
    if (event instanceof StoreProgressStepEvent) {
      heard.push([event.step, event.key]);
    }
    if (event instanceof StoreProgressEndEvent) {
      heard.push(["end", event.key, event.exitState]);
    }
  });
  const progress = new StoreProgressManager(events, {
    key: "a",
    metadata: { n: 1 },
    steps: 25,
  });
  const bytes = new Uint8Array(25);
  await progress.run(async () => {
    const options = { bufferSize: 10, progress };
    for await (const _chunk of bufferIterator(bytes, options));
  });
  assertEquals(heard, [
    ["start", "a", { n: 1 }, 25],
    [10, "a"],
    [20, "a"],
    [25, "a"],
    [25, "a"],
    ["end", "a", "normal"],
  ]);
});

Deno.test("the length of a source that is not a regular file is unknown", async () => {
  await using store = await new MemoryStore().connect();
  const steps: number[] = [];
  store.eventManager.connect(StoreProgressStartEvent, (event) => {
    steps.push(event.steps);
  });
  await store.fromFile("a", "/dev/null");
  assertEquals(steps, [-1]);
});
