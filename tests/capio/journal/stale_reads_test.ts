import { assertEquals } from "@std/assert";
import type { EventBody } from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import type { StaleRead } from "../../../src/capio/journal/state/state.ts";

type Script = [by: string, event: EventBody][];

const open = (path = "x"): EventBody => ({ event: "open", path, handle: 0 });
const input: EventBody = { event: "input", path: "x" };
const miss: EventBody = { event: "miss", paths: ["x"] };
const question: EventBody = { event: "miss", paths: ["x"], asked: true };
const found: EventBody = { event: "found", path: "x" };
const directory: EventBody = { event: "make", path: "x", kind: "directory" };
const join = (app: string): EventBody => ({ event: "join", app, pid: 1 });
const left = (member: string): EventBody => ({
  event: "end",
  member,
  ending: "left",
});
const READ: StaleRead = { path: "x", reader: "r", writer: "w" };
const MISSED: StaleRead = { ...READ, isMiss: true };

/** A graph in which one app writes what the other one reads. */
function graph(first: string, second: string): EventBody {
  const IO_Graph = [
    { name: first, output_stream: ["y"] },
    { name: second, input_stream: ["y"] },
  ];
  return {
    event: "rules",
    document: JSON.stringify({ name: "t", IO_Graph }),
  };
}

/** The stale reads of a script that begins with the joins of "r" and "w". */
function staleReads(...script: Script): readonly StaleRead[] {
  return staleReadsOf(["r", join("r")], ["w", join("w")], ...script);
}

function staleReadsOf(...script: Script): readonly StaleRead[] {
  return script.map(([by, body], time) => ({ ...body, by, time }))
    .reduce(fold, initialState("/data")).staleReads;
}

Deno.test("a file that is renamed over a real one makes what was read of it stale", () => {
  const rename: EventBody = { event: "rename", from: "part", to: "x" };
  const script: Script = [["r", input], ["w", open("part")], ["w", rename]];
  assertEquals(staleReads(...script), [READ]);
});

Deno.test("what an earlier app of the graph reads is not stale", () => {
  const script: Script = [["r", input], ["w", open()]];
  assertEquals(staleReads(["r", graph("r", "w")], ...script), []);
  assertEquals(staleReads(["r", graph("w", "r")], ...script), [READ]);
});

Deno.test("what a producer of the file reads or misses is not stale", () => {
  const IO_Graph = [
    { name: "r", output_stream: ["x"] },
    { name: "w", output_stream: ["x"] },
  ];
  const document = JSON.stringify({ name: "t", IO_Graph });
  const rules: EventBody = { event: "rules", document };
  for (const look of [input, miss]) {
    const script: Script = [["r", look], ["w", open()], ["r", left("r")]];
    assertEquals(staleReads(["r", rules], ...script), []);
  }
});

Deno.test("what a member reads and then writes itself is not stale", () => {
  assertEquals(staleReads(["r", input], ["r", open()], ["w", open()]), []);
  const rename: EventBody = { event: "rename", from: "x", to: "old" };
  const script: Script = [["r", open()], ["w", rename], ["w", open()]];
  assertEquals(staleReads(["r", input], ...script), []);
});

Deno.test("what an earlier step of the plan reads is not stale, where there is a graph", () => {
  const plan: EventBody = { event: "rules", steps: ["r", "w"] };
  const script: Script = [["r", plan], ["r", input], ["w", open()]];
  assertEquals(staleReads(["r", graph("a", "b")], ...script), []);
  // Without one a reader waits for any step, so the order is not the plan's.
  assertEquals(staleReads(...script), [READ]);
});

Deno.test("what a member reads that ended before the writer came is not stale", () => {
  const reader: Script = [["r", join("r")], ["r", input], ["r", left("r")]];
  const writer: Script = [["w", join("w")], ["w", open()]];
  assertEquals(staleReadsOf(...reader, ...writer), []);
  // Unless the writer comes first in the graph.
  assertEquals(
    staleReadsOf(...reader, ["w", graph("w", "r")], ...writer),
    [{ ...READ, isLate: true }],
  );
});

Deno.test("a path that a member missed and another one makes is told at its end", () => {
  const script: Script = [["r", miss], ["w", open()]];
  assertEquals(staleReads(...script), []);
  assertEquals(staleReads(...script, ["r", left("r")]), [MISSED]);
});

Deno.test("a path that is made after the end of who missed it is told at once", () => {
  const script: Script = [["r", miss], ["r", left("r")], ["w", open()]];
  assertEquals(staleReads(...script), [{ ...MISSED, isLate: true }]);
});

Deno.test("a question that is noted late tells of what was made before", () => {
  const script: Script = [["w", open()], ["r", question], ["r", left("r")]];
  assertEquals(staleReads(...script), [MISSED]);
});

for (
  const [name, ...script] of [
    ["found after all", ["r", miss], ["w", open()], ["r", found]],
    ["found before it was noted", ["r", miss], ["r", found], ["w", open()]],
    ["made by the member itself", ["r", miss], ["r", open()]],
    ["written by the member, too", ["r", miss], ["w", open()], [
      "r",
      { event: "open", path: "x", handle: 0, file: 0 },
    ]],
    ["removed again", ["w", open()], ["w", { event: "remove", path: "x" }], [
      "r",
      question,
    ]],
    ["made by a later app", ["r", graph("r", "w")], ["r", miss], ["w", open()]],
    ["made by a later step", ["r", { event: "rules", steps: ["r", "w"] }], [
      "r",
      miss,
    ], ["w", open()]],
    ["made by a member of the same app", ["2", join("r")], ["r", miss], [
      "2",
      open(),
    ]],
  ] as [string, ...Script][]
) {
  Deno.test(`a miss is not told when the path is ${name}`, () => {
    assertEquals(staleReads(...script, ["r", left("r")]), []);
  });
}

Deno.test("a directory that was asked for and made later is told, unless the member comes to it", () => {
  const missed: Script = [["r", question], ["w", directory]];
  assertEquals(staleReads(...missed, ["r", left("r")]), [
    MISSED,
  ]);
  const found: Script = [...missed, ["r", { event: "found", path: "x" }]];
  assertEquals(staleReads(...found, ["r", left("r")]), []);
});

Deno.test("a real file whose times were asked for is told when it is written again, unless it was read", () => {
  const seen: EventBody = { event: "seen", paths: ["x"], looked: true };
  const told: StaleRead = { ...READ, isQuestion: true, isLate: true };
  const open: EventBody = { event: "open", path: "x", handle: 0 };
  const input: EventBody = { event: "input", path: "x" };
  const end: Script = [["r", left("r")]];
  assertEquals(staleReads(["r", seen], ...end, ["w", open]), [told]);
  const { isLate: _, ...own } = told;
  assertEquals(staleReads(["w", open], ["r", seen], ...end), [own]);
  assertEquals(
    staleReads(["r", { event: "seen", paths: ["x"] }], ...end, ["w", open]),
    [],
  );
  const reads = staleReads(["r", input], ["w", open], ["r", seen], ...end);
  assertEquals(reads.some((it) => it.isQuestion), false);
});

Deno.test("an entry that is made after its directory was listed is told, unless the member comes to it", () => {
  const list: EventBody = { event: "list", path: "" };
  const open: EventBody = { event: "open", path: "x", handle: 0 };
  const end: Script = [["r", left("r")]];
  const missed: StaleRead = { ...READ, isListing: true };
  assertEquals(staleReads(["r", list], ["w", open], ...end), [missed]);
  assertEquals(staleReads(["r", list], ...end, ["w", open]), [
    { ...missed, isLate: true },
  ]);
  assertEquals(staleReads(["w", open], ["r", list], ...end), []);
  assertEquals(
    staleReads(["r", list], ["w", open], ["r", list], ...end),
    [],
  );
  const watched: EventBody = { event: "list", path: "", watched: true };
  assertEquals(
    staleReads(["r", list], ["w", open], ["r", watched], ...end),
    [],
  );
  const read: EventBody = { event: "input", path: "x", file: 0 };
  assertEquals(staleReads(["r", list], ["w", open], ["r", read], ...end), []);
});
