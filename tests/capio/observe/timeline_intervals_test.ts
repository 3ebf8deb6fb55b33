import { assertEquals } from "@std/assert";
import { timelineIntervals } from "../../../src/capio/mod.ts";

Deno.test("files and readings become intervals, unfinished ones until now", () => {
  const intervals = timelineIntervals({
    files: [
      {
        path: "a.csv",
        phase: "committed",
        size: 70,
        writers: ["one", "two"],
        created: 1000,
        ended: 1500,
      },
      {
        path: "b.csv",
        phase: "open",
        size: 5,
        writers: ["two"],
        created: 1400,
      },
    ],
    readings: [
      { app: "three", path: "a.csv", first: 1100, latest: 1600, bytes: 70 },
    ],
  }, 2000);
  const a = { path: "a.csv", bytes: 70 };
  assertEquals(intervals, [
    { app: "one", kind: "write", from: 1000, to: 1500, ...a },
    { app: "two", kind: "write", from: 1000, to: 1500, ...a },
    {
      app: "two",
      path: "b.csv",
      kind: "write",
      from: 1400,
      to: 2000,
      bytes: 5,
    },
    { app: "three", kind: "read", from: 1100, to: 1600, ...a },
  ]);
});
