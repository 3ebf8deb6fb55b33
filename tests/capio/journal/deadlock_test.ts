import { assertEquals } from "@std/assert";
import type { EventBody } from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import {
  deadlockedWaits,
  onlyTheyEndIt,
} from "../../../src/capio/journal/state/deadlock.ts";
import type { WorkflowState } from "../../../src/capio/journal/state/state.ts";

type Script = [by: string, event: EventBody][];

/** The members that wait for each other; `a` writes "a", and so on. */
function stuck(script: Script): string[] {
  return deadlockedWaits(stateAfter(script))
    .map(({ member, path }) => `${member}:${path}`);
}

function stateAfter(script: Script): WorkflowState {
  const members = ["a", "b", "c"];
  const rules = members.map((name) => ({ path: name, producers: [name] }));
  const all: Script = [
    ...members.map((app): Script[0] => [app, { event: "join", app, pid: 1 }]),
    ["a", { event: "rules", rules }],
    ...script,
  ];
  return all.map(([by, body], time) => ({ ...body, by, time }))
    .reduce(fold, initialState("/data"));
}

const wait = (path: string, wait = 0, why = "a reason"): EventBody => ({
  event: "wait",
  wait,
  path,
  why,
});
const written = (path: string, file?: number): EventBody => ({
  event: "open",
  path,
  handle: 0,
  file,
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

Deno.test("only the present producers and writers of a file can end a wait for it", () => {
  const state = stateAfter([["b", written("x")]]);
  const b = new Set(["b"]);
  assertEquals(onlyTheyEndIt(state, b, "b"), true);
  assertEquals(onlyTheyEndIt(state, b, "x"), true);
  assertEquals(onlyTheyEndIt(state, b, "a"), false);
  assertEquals(onlyTheyEndIt(state, b, "unknown"), false);
  const joined = stateAfter([["b", written("x")], ["c", written("x", 0)]]);
  assertEquals(onlyTheyEndIt(joined, b, "x"), false);
  assertEquals(onlyTheyEndIt(joined, new Set(["b", "c"]), "x"), true);
});

Deno.test("a producer that is still to come can end a wait", () => {
  const rules = [{ path: "b", producers: ["late"] }];
  const state = stateAfter([["b", { event: "rules", rules }]]);
  assertEquals(onlyTheyEndIt(state, new Set(["b"]), "b"), false);
});

Deno.test("who can end a wait for a dependency can end that for what depends on it", () => {
  const rules = [{ path: "x", fileDependencies: ["b", "y"] }];
  const state = stateAfter([
    ["a", { event: "rules", rules }],
    ["a", written("x")],
  ]);
  assertEquals(onlyTheyEndIt(state, new Set(["b"]), "x"), true);
  assertEquals(onlyTheyEndIt(state, new Set(["a"]), "x"), false);
});
