import { assert, assertEquals } from "@std/assert";
import { CapioClEngine } from "../../../src/capio/cl/mod.ts";
import type { JournalEvent } from "../../../src/capio/journal/mod.ts";
import {
  learnConfiguration,
  type LearnedCapioCl,
} from "../../../src/capio/learn/learn_configuration.ts";
import { observeEvents } from "../../../src/capio/learn/observe_events.ts";

const STEPS = ["one", "two", "three"];

/** An event of a member that is called as its step. */
type Told = Record<string, unknown> & { event: string; by: string };

/** Learns from events; each step is a member with its own name. */
function learned(events: Told[], keep: string[] = []): LearnedCapioCl {
  const joins = STEPS.map((app) => ({ event: "join", by: app, app, pid: 1 }));
  const stamped = [...joins, ...events]
    .map((it) => ({ time: 1, ...it }) as unknown as JournalEvent);
  return learnConfiguration(observeEvents(stamped, STEPS), {
    name: "flow",
    keep,
  });
}

/** A step writes a file and closes it. */
function writes(by: string, path: string, handle = 1): Told[] {
  return [
    { event: "open", by, path, handle },
    { event: "close", by, handle },
  ];
}

/** A step reads a file to its end. */
function reads(by: string, path: string): Told[] {
  return [
    { event: "input", by, path, file: 0 },
    { event: "read", by, path, first: 1, bytes: 9, file: 0, end: 0 },
  ];
}

function ruleOf({ config }: LearnedCapioCl, path: string): unknown {
  const engine = new CapioClEngine(config, { capioDir: "/d" });
  return {
    producers: engine.producers(path),
    consumers: engine.consumers(path),
    committed: engine.commitRule(path).type,
    mode: engine.fireRule(path),
    isPermanent: engine.isPermanent(path),
  };
}

Deno.test("a file that is closed once and read on is on_close, no_update and not kept", () => {
  const it = learned([...writes("one", "a"), ...reads("two", "a")]);
  assertEquals(ruleOf(it, "a"), {
    producers: ["one"],
    consumers: ["two"],
    committed: "on_close",
    mode: "no_update",
    isPermanent: false,
  });
  assertEquals(it.warnings, []);
  assertEquals(it.choices, [{
    name: "a",
    producers: ["one"],
    consumers: ["two"],
    rules: [
      { rule: "on_close", reason: "closed once" },
      { rule: "no_update", reason: "two reads on to its end" },
      { rule: "not permanent", reason: "two reads it" },
    ],
  }]);
});

for (
  const [name, events, rule] of [
    ["closed twice", [
      ...writes("one", "a"),
      { event: "open", by: "one", path: "a", handle: 2, file: 0 },
      { event: "close", by: "one", handle: 2 },
      ...reads("two", "a"),
    ], ["on_termination", "no_update", false]],
    ["sought in", [
      ...writes("one", "a"),
      ...reads("two", "a"),
      { event: "read", by: "two", path: "a", bytes: 3, sought: true },
    ], ["on_close", "update", false]],
    ["asked for its size", [
      ...writes("one", "a"),
      { event: "size", by: "two", path: "a", file: 0, told: 9 },
      ...reads("two", "a"),
    ], ["on_close", "update", false]],
    ["changed below its end", [
      { event: "open", by: "one", path: "a", handle: 1 },
      { event: "rewrite", by: "one", handle: 1, offset: 0 },
      { event: "close", by: "one", handle: 1 },
      ...reads("two", "a"),
    ], ["on_close", "update", false]],
    ["read by nobody", writes("one", "a"), ["on_close", "update", true]],
    ["only asked for", [
      ...writes("one", "a"),
      { event: "seen", by: "two", paths: ["a"] },
    ], ["on_close", "update", true]],
    ["renamed into its place", [
      ...writes("one", "a.tmp"),
      { event: "rename", by: "one", from: "a.tmp", to: "a" },
      ...reads("two", "a"),
    ], ["on_close", "no_update", false]],
    ["replaced by a second one", [
      ...writes("one", "a.tmp"),
      { event: "rename", by: "one", from: "a.tmp", to: "a" },
      ...writes("one", "a.tmp", 2),
      { event: "rename", by: "one", from: "a.tmp", to: "a" },
      ...reads("two", "a"),
    ], ["on_termination", "update", false]],
    ["written at once", [
      { event: "make", by: "one", path: "a", kind: "file", complete: true },
      ...reads("two", "a"),
    ], ["on_close", "no_update", false]],
    ["written and closed with one event", [
      { event: "open", by: "one", path: "a", handle: 1, whole: true },
      ...reads("two", "a"),
    ], ["on_close", "no_update", false]],
    ["closed with nothing written", [
      ...writes("one", "a"),
      { event: "open", by: "one", path: "a", handle: 2, file: 0 },
      { event: "close", by: "one", handle: 2, idle: true },
      ...reads("two", "a"),
    ], ["on_close", "no_update", false]],
  ] as [string, Told[], [string, string, boolean]][]
) {
  Deno.test(`a file that is ${name}: ${rule.join(", ")}`, () => {
    const [committed, mode, isPermanent] = rule;
    const it = learned(events);
    const found = ruleOf(it, "a") as Record<string, unknown>;
    assertEquals(
      [found.committed, found.mode, found.isPermanent],
      [committed, mode, isPermanent],
    );
    assertEquals(it.warnings, []);
  });
}

Deno.test("a file of before that a later step writes is not waited for by an earlier one", () => {
  const it = learned([
    { event: "input", by: "one", path: "state" },
    ...writes("two", "state"),
  ]);
  assertEquals(it.config.ioGraph[0].inputStream, []);
  assertEquals(it.config.ioGraph[1].outputStream, ["state"]);
});

Deno.test("a step that changes what it has read waits for it and is no producer", () => {
  const it = learned([
    ...writes("one", "db"),
    { event: "input", by: "two", path: "db", file: 0 },
    {
      event: "make",
      by: "two",
      path: "db",
      kind: "file",
      replaces: true,
      handle: 1,
    },
    { event: "close", by: "two", handle: 1 },
  ]);
  assertEquals(ruleOf(it, "db"), {
    producers: ["one"],
    consumers: ["two"],
    committed: "on_termination",
    mode: "update",
    isPermanent: true,
  });
});

Deno.test("an order of writers that no rule can say is told", () => {
  const appended = learned([
    ...writes("one", "log"),
    { event: "open", by: "two", path: "log", handle: 1, file: 0 },
    { event: "close", by: "two", handle: 1 },
  ]);
  assertEquals(appended.warnings, [
    "log: two adds to what one wrote without reading it, so at once the order of the two is that of time",
  ]);
  const changed = learned([
    ...writes("one", "db"),
    ...reads("two", "db"),
    { event: "open", by: "two", path: "db", handle: 1, file: 0 },
    { event: "close", by: "two", handle: 1 },
    ...reads("three", "db"),
  ]);
  assertEquals(changed.warnings, [
    "db: three must get it as two has changed it, which no rule can say: let two write it under another name",
  ]);
});

Deno.test("what is removed again is waited for and not kept, and what nobody else met is left out", () => {
  const it = learned([
    ...writes("one", "a"),
    ...writes("one", "own.tmp", 2),
    { event: "remove", by: "one", path: "own.tmp" },
    ...reads("two", "a"),
    { event: "remove", by: "two", path: "a" },
  ]);
  assertEquals(it.config.ioGraph[0].outputStream, ["a"]);
  assertEquals(it.config.ioGraph[1].inputStream, ["a"]);
  assertEquals(it.config.permanent, []);
});

Deno.test("files that differ in their numbers are one glob, unless another file matches it", () => {
  const parts = ["part-1.csv", "part-2.csv", "part-10.csv"];
  const written = parts.flatMap((path, n) => writes("one", path, n));
  const read = parts.flatMap((path) => reads("two", path));
  const it = learned([...written, ...read]);
  assertEquals(it.config.ioGraph[0].outputStream, ["part-[0-9]*.csv"]);
  assertEquals(it.config.ioGraph[1].inputStream, ["part-[0-9]*.csv"]);

  const mixed = learned([
    ...written,
    ...read,
    ...writes("two", "part-1-sum.csv"),
  ]);
  assertEquals(mixed.config.ioGraph[0].outputStream, parts);
  assertEquals(mixed.config.ioGraph[1].outputStream, ["part-1-sum.csv"]);
});

Deno.test("a listing waits for the one step that fills the directory", () => {
  const it = learned([
    { event: "make", by: "one", path: "out", kind: "directory" },
    ...writes("one", "out/b", 1),
    ...writes("one", "out/c", 2),
    { event: "list", by: "two", path: "out" },
    ...reads("two", "out/b"),
    ...reads("two", "out/c"),
  ]);
  assertEquals(it.config.ioGraph[0], {
    name: "one",
    inputStream: [],
    outputStream: ["out/*", "out"],
    streaming: [
      {
        kind: "file",
        paths: ["out/*"],
        committed: { type: "on_close", count: 1 },
        mode: "no_update",
      },
      {
        kind: "directory",
        paths: ["out"],
        committed: { type: "on_termination" },
        mode: "update",
      },
    ],
  });
  assertEquals(it.config.ioGraph[1].inputStream, ["out/*", "out"]);
});

Deno.test("a listing waits for who has filled the directory, not for who clears it later", () => {
  const it = learned([
    { event: "make", by: "one", path: "out", kind: "directory" },
    ...writes("one", "out/b", 1),
    ...writes("one", "out/c", 2),
    { event: "list", by: "two", path: "out" },
    ...reads("two", "out/b"),
    ...reads("two", "out/c"),
    ...writes("two", "sum", 3),
    { event: "remove", by: "three", path: "out/b" },
    { event: "remove", by: "three", path: "out/c" },
    ...writes("three", "out/d"),
  ]);
  assertEquals(it.warnings, [
    "out/b and 1 more: three removes or renames it after two, for which no rule makes it wait",
  ]);
  const engine = new CapioClEngine(it.config, { capioDir: "/d" });
  assertEquals(engine.producers("out"), ["one"]);
  assertEquals(engine.producers("out/b"), ["one"]);
  assertEquals(engine.consumers("out/b").sort(), ["three", "two"]);
  assertEquals(new Set(engine.producers("out/d")), new Set(["one", "three"]));
});

Deno.test("a listing of what several steps fill waits for their files", () => {
  for (const directory of ["out", ""]) {
    const at = (name: string) => directory === "" ? name : `out/${name}`;
    const it = learned([
      ...writes("one", at("b")),
      ...reads("two", at("b")),
      ...writes("two", at("c")),
      { event: "list", by: "three", path: directory },
    ]);
    const engine = new CapioClEngine(it.config, { capioDir: "/d" });
    assertEquals(engine.producers(at("b")), ["one"]);
    assertEquals(engine.commitRule(directory), {
      type: "on_file",
      dependencies: [at("b"), at("c")],
    });
    assert(engine.isDirectory(directory));
    assertEquals(it.warnings, []);
  }
});

Deno.test("--keep keeps what is read, and a glob that matches nothing is told", () => {
  const events = [...writes("one", "a"), ...reads("two", "a")];
  const it = learned(events, ["a*", "b*"]);
  assertEquals((ruleOf(it, "a") as { isPermanent: boolean }).isPermanent, true);
  assertEquals(it.warnings, ["b*: no file that is there matches it"]);
  assertEquals(it.choices[0].rules.at(-1), {
    rule: "permanent",
    reason: '"a*" is to be kept',
  });
});

Deno.test("a name with the characters of a glob is matched all the same", () => {
  const it = learned([
    ...writes("one", "a[1]?.txt"),
    ...reads("two", "a[1]?.txt"),
  ]);
  assertEquals(it.config.ioGraph[0].outputStream, ["a?1]?.txt"]);
  assertEquals((ruleOf(it, "a[1]?.txt") as { mode: string }).mode, "no_update");
});
