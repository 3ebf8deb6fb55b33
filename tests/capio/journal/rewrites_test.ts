import { assertEquals } from "@std/assert";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import type { Rewrite } from "../../../src/capio/journal/state/state.ts";

/** A journal as a list of `[member, event]`. */
type Script = [by: string, event: EventBody][];

/** Returns the rewrites in a workflow of a writer "w" and a reader "r". */
function rewrites(script: Script, rule = ON_CLOSE): Rewrite[] {
  const whole: Script = [
    ["w", { event: "join", app: "writer", pid: 1 }],
    ["r", { event: "join", app: "reader", pid: 2 }],
    ["w", { event: "rules", rules: [rule] }],
    ["w", { event: "open", path: "a", handle: 0 }],
    ["w", { event: "close", handle: 0 }],
    ...script,
  ];
  const events = whole.map(([by, body], time): JournalEvent => ({
    ...body,
    by,
    time,
  }));
  return [...events.reduce(fold, initialState("/data")).rewrites.values()];
}

const ON_CLOSE = { path: "a", committed: "on_close" } as const;
const REWRITE = { path: "a", reader: "r", writer: "w", kind: "reopened" };

const opened: EventBody = { event: "input", path: "a", file: 0 };
const readToEnd: EventBody = {
  event: "read",
  path: "a",
  first: 0,
  bytes: 1,
  end: 0,
};
const again: Script = [
  ["w", { event: "make", path: "a", kind: "file", replaces: true }],
  ["w", { event: "open", path: "a", handle: 1, file: 1 }],
];
const close: EventBody = { event: "close", handle: 1 };

Deno.test("a committed file that is changed after a member got its end is rewritten", () => {
  for (const read of [opened, readToEnd]) {
    const script: Script = [["r", read], ...again, ["w", close]];
    assertEquals(rewrites(script), [REWRITE]);
    assertEquals(rewrites(script.slice(0, -1)), []);
  }
});

Deno.test("it is the same when the member gets the end only afterwards", () => {
  const script: Script = [...again, ["r", readToEnd], ["w", close]];
  assertEquals(rewrites(script), [REWRITE]);
  assertEquals(
    rewrites([...again, ["w", close], ["r", readToEnd]]),
    [REWRITE],
  );
});

Deno.test("an opening for writing that changes nothing rewrites nothing", () => {
  const unchanged: Script = [
    ["r", opened],
    ...again,
    ["w", { ...close, unchanged: true }],
  ];
  assertEquals(rewrites(unchanged), []);
  assertEquals(
    rewrites([["r", opened], ...again, ["w", { ...close, idle: true }]]),
    [],
  );
  // The next opening changes what the reader read.
  const next: Script = [
    ...unchanged,
    ["w", { event: "make", path: "a", kind: "file", replaces: true }],
    ["w", { event: "open", path: "a", handle: 2, file: 2 }],
    ["w", { event: "close", handle: 2 }],
  ];
  assertEquals(rewrites(next), [REWRITE]);
});

Deno.test("a file that its writer leaves open counts as changed", () => {
  const end: EventBody = { event: "end", member: "w", ending: "left" };
  assertEquals(rewrites([["r", opened], ...again, ["w", end]]), [REWRITE]);
});

Deno.test("a producer that reads its own file is no reader of it", () => {
  assertEquals(rewrites([["w", opened], ...again, ["w", close]]), []);
  const rule = { ...ON_CLOSE, producers: ["writer", "reader"] };
  assertEquals(rewrites([["r", opened], ...again, ["w", close]], rule), []);
});

Deno.test("each reader and writer of a file is named once", () => {
  const third: Script = [
    ["r", { ...opened, file: 1 }],
    ["w", { event: "make", path: "a", kind: "file", replaces: true }],
    ["w", { event: "open", path: "a", handle: 2, file: 2 }],
    ["w", { event: "close", handle: 2 }],
  ];
  assertEquals(rewrites([["r", opened], ...again, ["w", close], ...third]), [
    REWRITE,
  ]);
});

Deno.test("what an earlier step has read is not out of date when a later one writes on", () => {
  const rules = [
    { path: "b", producers: ["reader"], consumers: ["writer"] },
  ];
  const script: Script = [
    ["w", { event: "rules", rules }],
    ["r", readToEnd],
    ...again,
    ["w", close],
  ];
  assertEquals(rewrites(script), []);
});
