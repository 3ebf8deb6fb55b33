import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  hasEnded,
  isCommitted,
  isInSpool,
  isOver,
  otherHomeOf,
} from "../../../src/capio/journal/state/mod.ts";
import { writerLost } from "../../../src/capio/workflow/missing.ts";
import { AGENT, AGENT_OF_NORTH, READER, South, WRITER } from "./south.ts";

const open = (path: string, handle: number, made?: number) => ({
  ...{ event: "open", path, handle } as const,
  ...(made !== undefined && { made }),
});

Deno.test("a file counts as committed for rules at its home's word, and for readers once it is whole", () => {
  const south = new South();
  const rules = [{ path: "b", fileDependencies: ["a"] }];
  south.here(READER, { event: "rules", rules });
  south.here(READER, open("b", 1));
  south.here(READER, { event: "close", handle: 1 });
  assertEquals(
    south.from("north", WRITER, { event: "close", handle: 0 }),
    true,
  );
  assertEquals(south.at("a").phase, "open");
  assertEquals(south.at("b").phase, "open");
  south.commit();
  assertEquals(south.at("a").phase, "open");
  assertEquals(isCommitted(south.state, "a"), true);
  assertEquals(south.at("b").phase, "committed");
  south.here(AGENT, { event: "whole", file: south.at("a").number });
  assertEquals(south.at("a").phase, "committed");
  assertEquals(isInSpool(south.state, south.at("a")), true);
  assertEquals([...south.state.unpublished.keys()], [south.at("b").number]);
});

Deno.test("a file that was gone at its commit counts for rules, and is lost to readers", () => {
  const south = new South();
  south.here(READER, {
    event: "rules",
    rules: [{ path: "b", fileDependencies: ["a"] }],
  });
  south.here(READER, open("b", 1));
  south.here(READER, { event: "close", handle: 1 });
  const committed = { event: "committed", file: 0, size: 0 } as const;
  south.from("north", AGENT_OF_NORTH, { ...committed, gone: true });
  assertEquals(isCommitted(south.state, "a"), true);
  assertEquals(south.at("b").phase, "committed");
  assertEquals(south.at("a").phase, "lost");
  const { code, message } = writerLost(south.state, south.at("a"), 5);
  assertEquals(code, "WRITER_LOST");
  assertStringIncludes(message, "removed or replaced before it was carried");
});

Deno.test("the end of a writer elsewhere decides nothing about its files", () => {
  const south = new South();
  const end = { event: "end", member: WRITER, ending: "lost" } as const;
  assertEquals(south.here(READER, end), false);
  assertEquals(south.from("north", AGENT_OF_NORTH, end), true);
  assertEquals(south.at("a").phase, "open");
  const lost = { event: "lost", file: 0, member: WRITER } as const;
  assertEquals(south.from("north", AGENT_OF_NORTH, lost), true);
  assertEquals(south.at("a").phase, "lost");
});

Deno.test("an app of several machines has ended once that has come back", () => {
  const south = new South();
  const { state } = south;
  assertEquals(state.apps.has("reader"), false);
  south.here(AGENT, { event: "confirmed", members: [READER] });
  assertEquals(state.apps.get("reader")?.running, 1);
  south.here(READER, { event: "end", member: READER, ending: "left" });
  assertEquals(hasEnded(state, "reader"), false);
  const ended = { event: "confirmed", members: [], ended: [READER] } as const;
  south.here(AGENT, ended);
  assertEquals(hasEnded(state, "reader"), true);
  assertEquals(isOver(state), false);
  south.from("north", WRITER, { event: "end", member: WRITER, ending: "left" });
  // Its agent takes part as long as the run is there, and is no step.
  assertEquals(isOver(state), true);
  assertEquals([...state.apps.keys()].sort(), ["reader", "writer"]);
});

Deno.test("an app that the plan places here has ended at once", () => {
  const south = new South();
  const { state } = south;
  south.here(READER, { event: "rules", machines: { placed: "south" } });
  south.here("4-00000000", { event: "join", app: "placed", pid: 4 });
  assertEquals(state.apps.get("placed")?.running, 1);
  const end = { event: "end", member: "4-00000000", ending: "left" } as const;
  south.here("4-00000000", end);
  assertEquals(hasEnded(state, "placed"), true);
  const elsewhere = { event: "rules", machines: { placed: "north" } } as const;
  assertEquals(south.here(READER, elsewhere), false);
});

Deno.test("the other machine writes what it has made, and what the plan says", () => {
  const south = new South();
  const { state } = south;
  const rules = [{ path: "out/*", producers: ["writer"] }];
  const machines = { writer: "north" };
  south.here(READER, { event: "rules", rules, machines });
  assertEquals(otherHomeOf(state, "a"), "north");
  assertEquals(otherHomeOf(state, "out/b"), "north");
  assertEquals(otherHomeOf(state, "c"), undefined);
  // Lines about it that members here have written all the same are void.
  const { number: file } = south.at("a");
  south.here(READER, { ...open("a", 5), file });
  assertEquals(state.handles.has(`${READER}/5`), false);
  south.here(READER, { event: "remove", path: "a" });
  south.here(READER, { event: "rename", from: "a", to: "b" });
  const make = { event: "make", path: "a", kind: "file" } as const;
  assertEquals(south.here(READER, make), false);
  assertEquals(south.at("a").number, file);
});

Deno.test("a line counts once, and none of a machine that is lost", () => {
  const south = new South();
  const via = { machine: "north", seq: 100, line: 1 };
  const line = { ...open("b", 1, 1), by: WRITER, time: 1, via } as const;
  assertEquals(south.fold(line), true);
  assertEquals(south.fold({ ...line, made: 2, path: "c" }), false);
  const earlier = { ...via, line: 0 };
  assertEquals(south.fold({ ...line, made: 3, via: earlier }), false);
  const lost = { event: "machine", machine: "north", is: "lost" } as const;
  const later = { machine: "south", seq: 101, line: 0 };
  assertEquals(south.fold({ ...lost, by: AGENT, time: 1, via: later }), true);
  assertEquals(south.at("a").phase, "lost");
  assertEquals(south.state.members.get(WRITER)?.ending, "lost");
  const last = { ...line, path: "d", made: 4, via: { ...via, seq: 102 } };
  assertEquals(south.fold(last), false);
  assertEquals(south.state.via?.seq, 102);
});

Deno.test("what a lost machine has committed is committed for rules, and lost to readers", () => {
  const south = new South();
  south.commit();
  const lost = { event: "machine", machine: "north", is: "lost" } as const;
  south.from("south", AGENT, lost);
  assertEquals(south.at("a").phase, "lost");
  assertEquals(isCommitted(south.state, "a"), true);
});

Deno.test("of two files of one name that of the first machine has it", () => {
  const south = new South({ claims: true });
  const { state } = south;
  const make = (path: string) =>
    ({ event: "make", path, kind: "file", complete: true }) as const;
  const rules = [{ path: "*", committed: "on_close" }] as const;
  south.here(READER, { event: "rules", rules });
  for (const path of ["x", "y"]) south.here(READER, make(path));
  const [x, y] = [south.at("x"), south.at("y")];
  assertEquals([x.phase, y.phase], ["open", "open"]);
  south.here(AGENT, { event: "confirmed", members: [], files: [x.number] });
  assertEquals([x.phase, y.phase], ["committed", "open"]);
  assertEquals(south.from("north", WRITER, { ...make("x"), made: 1 }), false);
  assertEquals(south.from("north", WRITER, { ...make("y"), made: 2 }), true);
  assertEquals([south.at("x"), y.phase, y.lostTo], [x, "lost", "north"]);
  assertEquals(south.at("y").home, { machine: "north", number: 2 });
  assertEquals(state.conflicts, [y]);
});

Deno.test("what a step has finished before it fails is committed once its name is certain", () => {
  const south = new South({ claims: true });
  const rules = [{ path: "*", committed: "on_close" }] as const;
  south.here(READER, { event: "rules", rules });
  for (const [handle, path] of ["closed", "held"].entries()) {
    south.here(READER, open(path, handle));
  }
  south.here(READER, { event: "close", handle: 0 });
  const [closed, held] = [south.at("closed"), south.at("held")];
  const end = { event: "end", member: READER, ending: "failed" } as const;
  south.here(READER, end);
  assertEquals([closed.phase, held.phase], ["open", "lost"]);
  const files = [closed.number, held.number];
  south.here(AGENT, { event: "confirmed", members: [], files });
  assertEquals([closed.phase, held.phase], ["committed", "lost"]);
});
