import { assertEquals } from "@std/assert";
import { timelineIntervals } from "../../../src/capio/mod.ts";

Deno.test("the first bad end of each step becomes one, but for hidden apps", () => {
  const member = { pid: 1, joined: 0, ended: 5 } as const;
  const members = [
    { ...member, id: "1", app: "a", state: "failed" as const, why: "no" },
    { ...member, id: "2", app: "a", state: "lost" as const },
    { ...member, id: "3", app: "b", state: "lost" as const },
    { ...member, id: "4", app: "c", state: "lost" as const },
    { ...member, id: "5", app: "d", state: "left" as const },
    { ...member, id: "6", app: "all", state: "failed" as const },
  ];
  const status = { files: [], readings: [], members };
  const options = { stopped: ["c"], hiddenApps: ["all"] };
  const end = { from: 5, to: 5, bytes: 0 };
  assertEquals(timelineIntervals(status, 9, options), [
    { app: "a", path: "no", kind: "failed", ...end },
    {
      app: "b",
      path: "it was killed or has crashed",
      kind: "failed",
      ...end,
    },
    { app: "c", path: "", kind: "stopped", ...end },
  ]);
});

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
