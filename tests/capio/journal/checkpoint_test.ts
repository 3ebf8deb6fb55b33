import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checkpointLines,
  restoreCheckpoint,
} from "../../../src/capio/journal/checkpoint/checkpoint.ts";
import type { JournalEvent } from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import { forget } from "../../../src/capio/journal/fold/forget.ts";
import { CompactMap, SmallMap } from "../../../src/internal/mod.ts";
import type { WorkflowState } from "../../../src/capio/journal/state/state.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { randomEvents } from "./random_events.ts";

const ROUNDS = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.5) * 2_000;

Deno.test("a state that is restored from its checkpoint is the same", () => {
  const random = seededRandom();
  for (let n = 0; n < ROUNDS; n++) {
    const state = play(randomEvents(random, 1 + random.below(60)));
    assertEquals(contents(restored(state)), contents(state));
  }
});

Deno.test("what follows a checkpoint comes to the same as without one", () => {
  const random = seededRandom();
  for (let n = 0; n < ROUNDS; n++) {
    const events = randomEvents(random, 1 + random.below(100));
    const at = random.below(events.length);
    const [before, after] = [events.slice(0, at), events.slice(at)];
    const all = play(events);
    // One member went through all of it, another one joined afterwards.
    const stayed = play(after, forget(play(before)));
    const joined = play(after, restored(forget(play(before))));
    assertEquals(contents(joined), contents(stayed));
    assertEquals(withoutGaps(outcome(stayed)), withoutGaps(outcome(all)));
  }
});

Deno.test("a workflow that makes, reads and removes files for ever has a small state", () => {
  let state = initialState("/data");
  const by = "1-00000000";
  const tell = (body: Record<string, unknown>) => {
    state = fold(state, { by, time: 1, ...body } as unknown as JournalEvent);
  };
  tell({ event: "join", app: "w", pid: 1 });
  const sizes: number[] = [];
  for (let n = 0; n < 60_000; n++) {
    const path = `some/directory-${n % 7}/file-${n}`;
    const reader = `2-${(n >> 6).toString(16).padStart(8, "0")}`;
    if (n % 64 === 0) tell({ event: "join", app: "r", pid: 2, by: reader });
    tell({ event: "open", path, handle: n });
    tell({ event: "close", handle: n });
    tell({ event: "input", path, file: n, by: reader });
    tell({ event: "read", path, first: 1, bytes: 9, file: n, by: reader });
    tell({ event: "remove", path, by: reader });
    if (n % 64 === 63) {
      tell({ event: "end", member: reader, ending: "left", by: reader });
    }
    if (n % 10_000 !== 9_999) continue;
    sizes.push([...checkpointLines(forget(state))].join("\n").length);
  }
  const [first, , , , , last] = sizes;
  // What is remembered of the last ten thousand names is all there is.
  assert(last < 1.1 * sizes[2], `${sizes}`);
  assert(first < 2.5e6, `${sizes}`);
  assertEquals(state.pending.size + state.paths.size, 0);
});

Deno.test("a checkpoint forgets who has ended, but for the last of each app, and keeps count", () => {
  let state = initialState("/data");
  const tell = (by: string, body: Record<string, unknown>) => {
    state = fold(state, { by, time: 1, ...body } as unknown as JournalEvent);
  };
  const endings = ["left", "failed", "left", "left"];
  tell("9-00000000", { event: "join", app: "last", pid: 9 });
  for (const [n, ending] of endings.entries()) {
    const by = `${n}-00000000`;
    tell(by, { event: "join", app: n === 3 ? "other" : "app", pid: n });
    tell(by, { event: "open", path: `file-${n}`, handle: 0 });
    tell("9-00000000", { event: "remove", path: `file-${n}` });
    tell(by, { event: "end", member: by, ending });
  }
  tell("9-00000000", { event: "checkpoint" });
  assertEquals([...state.members.keys()], [
    "9-00000000",
    // It has failed while it filled a directory.
    "1-00000000",
    "2-00000000",
    "3-00000000",
  ]);
  const forgotten = { members: 1, failures: 0, staleReads: 0, rewrites: 0 };
  assertEquals(state.forgotten, forgotten);
  assertEquals(state.unfinished.size, 4);
  assertEquals(restored(state).forgotten, forgotten);
});

Deno.test("a line that is none of a checkpoint is refused", () => {
  const lines = [...checkpointLines(play(randomEvents(seededRandom(), 50)))];
  for (
    const line of [
      ...["", "null", "[]", "{}", "[[]]", `["none",[]]`, `{"part":"given"}`],
      ...[`["file",[]]`, `["file",["a",1,0,"1-00000000",1,null,{},1]]`],
      ...[`["file",["../a",1,0,"1-00000000",1]]`, `["given",["../a"]]`],
      ...[`["given",["a",1]]`, `["given","a"]`, `["given",[null]]`],
      ...[`["rewriter",[1,"../../x"]]`, `["rewriter",[1,999]]`],
      ...[`["file",["a",1,9,"1-00000000",1]]`, `["rule",[1e300]]`],
      ...[`["file",["a",1,0,"1-00000000",1,null,{"more":1}]]`],
    ]
  ) {
    assertThrows(
      () => restoreCheckpoint([...lines, line], "/data"),
      SyntaxError,
    );
  }
});

function play(
  events: readonly JournalEvent[],
  state = initialState("/data"),
): WorkflowState {
  return events.reduce((state, event) => fold(state, event), state);
}

function restored(state: WorkflowState): WorkflowState {
  return restoreCheckpoint([...checkpointLines(state)], "/data");
}

/**
 * All that a state knows, without fields that have no value. Rules that came
 * after the end of a file have no meaning for it.
 */
function contents({ engine, ...state }: WorkflowState): unknown {
  for (const file of [...state.paths.values(), ...state.handles.values()]) {
    if (file.phase !== "open") file.rule = { type: "on_termination" };
  }
  const { misses, pathReadings, inputs } = state;
  for (const map of [misses, pathReadings, inputs]) {
    for (const [path, { size }] of map) if (size === 0) map.delete(path);
  }
  return withoutGaps({ ...state, known: engine.apps });
}

function withoutGaps(value: unknown): unknown {
  if (value instanceof Set) return new Set([...value].map(withoutGaps));
  if (
    value instanceof Map || value instanceof CompactMap ||
    value instanceof SmallMap
  ) {
    return new Map([...value].map(([key, it]) => [key, withoutGaps(it)]));
  }
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, it]) => it !== undefined)
      .map(([name, it]) => [name, withoutGaps(it)]),
  );
}

/** What members go by, and what people are told. */
function outcome(state: WorkflowState): unknown {
  const { paths, handles, pending, unpublished, apps, given } = state;
  const { staleReads, rewrites, waits, created, renamings } = state;
  const numbers = (files: Iterable<{ number: number }>) =>
    new Set([...files].map(({ number }) => number));
  return {
    phases: [...paths].map((
      [path, { number, phase }],
    ) => [path, number, phase]),
    // Who has ended holds nothing, but a file that was lost may still say so.
    handles: new Set(
      [...handles].filter(([, { phase }]) => phase === "open")
        .map(([handle]) => handle),
    ),
    pending: numbers([...pending].filter(({ unlinked }) => !unlinked)),
    unpublished: numbers(unpublished.values()),
    apps,
    given,
    staleReads: new Set(staleReads.map((read) => JSON.stringify(read))),
    rewrites,
    waits,
    created,
    renamings,
  };
}
