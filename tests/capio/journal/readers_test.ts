import { assertEquals } from "@std/assert";
import type { EventBody } from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import { readersIn } from "../../../src/capio/journal/state/readers.ts";

type Script = [by: string, event: EventBody][];

const join = (app: string): EventBody => ({ event: "join", app, pid: 1 });
const JOINS: Script = [["w", join("writer")], ["r", join("reader")]];
const WRITTEN: Script = [
  ["w", { event: "make", path: "a", kind: "file", complete: true }],
];
const READ: Script = [["r", { event: "input", path: "a", file: 0 }]];
const AGAIN: Script = [
  ["w", { event: "make", path: "a", kind: "file", replaces: true, handle: 1 }],
  ["w", { event: "close", handle: 1 }],
];

function readers(...script: Script): string[] {
  const state = script.map(([by, body], time) => ({ ...body, by, time }))
    .reduce(fold, initialState("/data"));
  const file = state.paths.get("a");
  return file ? readersIn(state)(file) : [];
}

Deno.test("who has read an earlier version of a file has read the file, also an empty one", () => {
  assertEquals(readers(...JOINS, ...WRITTEN), []);
  assertEquals(readers(...JOINS, ...WRITTEN, ...READ), ["reader"]);
  assertEquals(readers(...JOINS, ...WRITTEN, ...READ, ...AGAIN), ["reader"]);
});
