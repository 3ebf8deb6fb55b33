import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  EventError,
  EventManager,
  globalEventManager,
  ProgressEndEvent,
  ProgressEvent,
  ProgressManager,
  ProgressStartEvent,
  ProgressStepEvent,
} from "../../src/events/mod.ts";

function record(events: EventManager): string[] {
  const heard: string[] = [];
  events.connect(ProgressEvent, (event) => {
    const { message } = event;
    if (event instanceof ProgressStartEvent) {
      heard.push(`start ${event.steps} ${message}`);
    }
    if (event instanceof ProgressStepEvent) {
      heard.push(`step ${event.step} ${message}`);
    }
    if (event instanceof ProgressEndEvent) {
      heard.push(`end ${event.exitState} ${message}`);
    }
  });
  return heard;
}

Deno.test("an operation reports its start, its steps and its end", () => {
  const events = new EventManager();
  const heard = record(events);
  const progress = new ProgressManager(events, { message: "Load", steps: 9 });
  progress.start();
  progress.step();
  progress.step();
  progress.step({ step: 6, message: "Almost" });
  progress.step();
  progress.end({ message: "Odd", exitState: "warning" });
  assertEquals(heard, [
    "start 9 Load",
    "step 0 Load",
    "step 1 Load",
    "step 6 Almost",
    "step 7 Load",
    "end warning Odd",
  ]);
});

Deno.test("the options alone make an operation of the global event manager", async () => {
  const steps: number[] = [];
  const listener = (event: ProgressStepEvent) => {
    if (event.message === "Count") steps.push(event.step);
  };
  globalEventManager.connect(ProgressStepEvent, listener);
  try {
    for (
      const progress of [
        new ProgressManager({ message: "Count", steps: 3 }),
        new ProgressManager(undefined, { message: "Count" }),
      ]
    ) {
      await progress.run(() => {
        for (let i = 0; i < 3; i++) progress.step();
      });
      assertEquals(steps.splice(0), [0, 1, 2]);
    }
    new ProgressManager().start().end();
  } finally {
    globalEventManager.disconnect(ProgressStepEvent, listener);
  }
  assertThrows(
    () => new ProgressManager({ steps: -2 }),
    RangeError,
    '"steps" must be',
  );
});

Deno.test("the events carry the operation, its source and its other properties", () => {
  const events = new EventManager();
  const ids = new Set<unknown>();
  const source = { name: "loader" };
  events.connect(ProgressEvent, (event) => {
    ids.add(event.operationId);
    assertEquals(event.source, source);
    assertEquals(event.extra, { unit: "bytes", path: "a" });
  });
  const options = { source, unit: "bytes", path: "a" };
  for (let i = 0; i < 2; i++) {
    using _progress = new ProgressManager(events, options).start();
  }
  new ProgressManager(events, { ...options, operationId: 7 }).start();
  assertEquals(ids.size, 3);
  assertEquals(ids.has(7), true);
});

Deno.test("without an event manager the global one is used", () => {
  const heard = record(globalEventManager);
  using _progress = new ProgressManager().start();
  assertEquals(heard, ["start -1 Performing operation"]);
});

Deno.test("run() always reports an end, with the error if there was one", async () => {
  const events = new EventManager();
  const heard = record(events);
  const progress = new ProgressManager(events, { message: "Load" });
  assertEquals(await progress.run(() => Promise.resolve(7)), 7);
  const error = await assertRejects(
    () =>
      progress.run(() => {
        progress.step();
        throw new RangeError("disk full");
      }),
    RangeError,
  );
  assertEquals(error.message, "disk full");
  await progress.run(() => progress.end({ exitState: "error" }));
  assertEquals(heard, [
    "start -1 Load",
    "end normal Load",
    "start -1 Load",
    "step 0 Load",
    "end exception disk full",
    "start -1 Load",
    "end error Load",
  ]);
});

Deno.test("using reports an end unless one has been reported", () => {
  const events = new EventManager();
  const heard = record(events);
  {
    using progress = new ProgressManager(events, { message: "Load" }).start();
    progress.step();
  }
  {
    using progress = new ProgressManager(events, { message: "Skip" }).start();
    progress.end({ exitState: "error" });
  }
  assertEquals(heard.filter((line) => line.startsWith("end")), [
    "end normal Load",
    "end error Skip",
  ]);
});

Deno.test("a step or an end outside of start and end is an error", () => {
  const progress = new ProgressManager(new EventManager());
  for (const call of [() => progress.step(), () => progress.end()]) {
    const error = assertThrows(call, EventError, "call start() first");
    assertEquals(error.code, "NOT_STARTED");
  }
  progress.start();
  progress.end();
  assertThrows(() => progress.step(), EventError);
});

Deno.test("a step that is no number is refused, and later steps count on", () => {
  const events = new EventManager();
  const steps: number[] = [];
  events.connect(ProgressStepEvent, ({ step }) => steps.push(step));
  const progress = new ProgressManager(events).start();
  progress.step();
  for (const step of [NaN, "5" as never, null as never]) {
    assertThrows(
      () => progress.step({ step }),
      Number.isNaN(step) ? RangeError : TypeError,
      `"step" must be a number, found ${Deno.inspect(step)}`,
    );
  }
  progress.step();
  assertEquals(steps, [0, 1]);
});

Deno.test("a number of steps below -1, or that is no number, is refused", () => {
  for (const steps of [-2, NaN, "many" as never, "5" as never]) {
    assertThrows(
      () => new ProgressManager(new EventManager(), { steps }),
      typeof steps === "number" ? RangeError : TypeError,
      '"steps" must be -1 or a non-negative number',
    );
  }
});
