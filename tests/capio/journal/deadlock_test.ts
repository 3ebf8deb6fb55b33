import { assertEquals } from "@std/assert";
import type { EventBody } from "../../../src/capio/journal/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold.ts";
import { deadlockedWaits } from "../../../src/capio/journal/deadlock.ts";

type Script = [by: string, event: EventBody][];

/** The members that wait for each other; `a` writes "a", and so on. */
function stuck(script: Script): string[] {
  const members = ["a", "b", "c"];
  const rules = members.map((name) => ({ path: name, producers: [name] }));
  const all: Script = [
    ...members.map((app): Script[0] => [app, { event: "join", app, pid: 1 }]),
    ["a", { event: "rules", rules }],
    ...script,
  ];
  const state = all
    .map(([by, body], time) => ({ ...body, by, time }))
    .reduce(fold, initialState("/data"));
  return deadlockedWaits(state).map(({ member, path }) => `${member}:${path}`);
}

const wait = (path: string, wait = 0, why = "a reason"): EventBody => ({
  event: "wait",
  wait,
  path,
  why,
});
const written = (path: string): EventBody => ({
  event: "open",
  path,
  handle: 0,
});

Deno.test("members that wait for what the others are to create are deadlocked", () => {
  const script: Script = [["a", wait("b")], ["b", wait("c")]];
  assertEquals(stuck(script), []);
  assertEquals(stuck([...script, ["c", wait("b")]]), ["a:b", "b:c", "c:b"]);
});

Deno.test("members that wait for what the others are to finish are deadlocked", () => {
  const script: Script = [
    ["a", written("x")],
    ["b", written("y")],
    ["a", wait("y")],
    ["b", wait("x")],
  ];
  assertEquals(stuck(script), ["a:y", "b:x"]);
});

Deno.test("a member that also waits for another member is not deadlocked", () => {
  const script: Script = [["a", wait("b")], ["b", wait("a")]];
  assertEquals(stuck([...script, ["a", wait("c", 1)]]), []);
  // Neither is one that waits for a path without a known producer.
  assertEquals(stuck([...script, ["b", wait("unknown", 1)]]), []);
});

Deno.test("a deadlock is over when one of its waits or members ends", () => {
  const script: Script = [["a", wait("b")], ["b", wait("a")]];
  const ended: EventBody = { event: "wait", wait: 0, path: "b" };
  assertEquals(stuck([...script, ["a", ended]]), []);
  const end: EventBody = { event: "end", member: "a", ending: "lost" };
  assertEquals(stuck([...script, ["b", end]]), []);
});
