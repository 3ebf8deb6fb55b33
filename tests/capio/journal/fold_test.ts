import { assert, assertEquals } from "@std/assert";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import {
  directoryPhase,
  isOver,
} from "../../../src/capio/journal/state/completion.ts";
import type { WorkflowState } from "../../../src/capio/journal/state/state.ts";

/** A journal as a list of `[member, event]`. */
type Script = [by: string, event: EventBody][];

function play(script: Script): WorkflowState {
  return script.reduce(
    (state, [by, body], time) =>
      fold(state, seen(state, { ...body, by, time })),
    initialState("/data"),
  );
}

/** An opening says which file its author saw: the one that is there. */
function seen(state: WorkflowState, event: JournalEvent): JournalEvent {
  if (event.event !== "open" || "file" in event) return event;
  return { ...event, file: state.paths.get(event.path)?.number };
}

const join = (app: string): EventBody => ({ event: "join", app, pid: 1 });
const end = (
  member: string,
  ending: "left" | "failed" | "lost" = "left",
): EventBody => ({ event: "end", member, ending });
const open = (path: string, handle = 0): EventBody => ({
  event: "open",
  path,
  handle,
});
const close = (handle = 0): EventBody => ({ event: "close", handle });

function rules(
  streaming: unknown[],
  apps: Record<string, string[]> = { w: ["*"] },
): EventBody {
  const graph = Object.entries(apps).map(([name, output_stream]) => ({
    name,
    input_stream: [],
    output_stream,
    streaming: name === Object.keys(apps)[0] ? streaming : [],
  }));
  const document = { name: "t", IO_Graph: graph, permanent: ["*"] };
  return { event: "rules", document: JSON.stringify(document) };
}

const phaseOf = (state: WorkflowState, path: string) =>
  state.paths.get(path)?.phase;

Deno.test("a file without a rule is committed when its writer has left", () => {
  const script: Script = [["1", join("w")], ["1", open("a")], ["1", close()]];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(phaseOf(play([...script, ["1", end("1")]]), "a"), "committed");
});

Deno.test("on_close commits at the first close, on_close:N at the N-th", () => {
  const once = { name: ["once"], committed: "on_close" };
  const thrice = { name: ["thrice"], committed: "on_close:3" };
  const script: Script = [
    ["1", join("w")],
    ["1", rules([once, thrice])],
    ["1", open("once", 0)],
    ["1", close(0)],
    ["1", open("thrice", 1)],
    ["1", close(1)],
    ["1", open("thrice", 2)],
    ["1", close(2)],
  ];
  assertEquals(phaseOf(play(script), "once"), "committed");
  assertEquals(phaseOf(play(script), "thrice"), "open");
  script.push(["1", open("thrice", 3)], ["1", close(3)]);
  assertEquals(phaseOf(play(script), "thrice"), "committed");
});

Deno.test("on_termination waits for every process of every producer", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([{ name: ["a"], committed: "on_termination" }], {
        w: ["a"],
        v: ["a"],
      }),
    ],
    ["2", join("w")],
    ["1", open("a")],
    ["1", end("1")],
    ["2", end("2")],
  ];
  // The producer "v" has not even come.
  assertEquals(phaseOf(play(script), "a"), "open");
  script.push(["3", join("v")], ["3", end("3")]);
  assertEquals(phaseOf(play(script), "a"), "committed");
});

Deno.test("on_file commits with the last of its dependencies", () => {
  const rule = {
    name: ["a"],
    committed: "on_file",
    file_deps: ["b", "c"],
  };
  const script: Script = [
    ["1", join("w")],
    ["1", rules([rule, { name: ["b", "c"], committed: "on_close" }])],
    ["1", open("a", 0)],
    ["1", close(0)],
    ["1", open("b", 1)],
    ["1", close(1)],
    ["1", open("c", 2)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(
    phaseOf(play([...script, ["1", close(2)]]), "a"),
    "committed",
  );
});

Deno.test("the open files of a lost or failed writer are lost, its committed ones are kept", () => {
  for (const ending of ["lost", "failed"] as const) {
    const state = play([
      ["1", join("w")],
      ["1", rules([{ name: ["done"], committed: "on_close" }])],
      ["1", open("done", 0)],
      ["1", close(0)],
      ["1", open("half", 1)],
      ["2", join("w")],
      ["2", end("1", ending)],
      ["2", end("1", "lost")],
    ]);
    assertEquals(phaseOf(state, "done"), "committed");
    assertEquals(phaseOf(state, "half"), "lost");
    assertEquals(state.members.get("1")?.ending, ending);
    assertEquals(state.apps.get("w")?.running, 1);
  }
});

Deno.test("a close that gives up loses the file", () => {
  const state = play([
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["1", open("a")],
    ["1", { event: "close", handle: 0, failed: true }],
  ]);
  assertEquals(phaseOf(state, "a"), "lost");
});

Deno.test("a close without a write does not count", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close:2" }])],
    ["1", open("a", 0)],
    ["1", close(0)],
    ["1", open("a", 1)],
    ["1", { event: "close", handle: 1, idle: true }],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  const more: Script = [...script, ["1", open("a", 2)], ["1", close(2)]];
  assertEquals(phaseOf(play(more), "a"), "committed");
});

Deno.test("a renamed file has the rule of its new name", () => {
  const state = play([
    ["1", join("w")],
    ["1", rules([{ name: ["final"], committed: "on_close" }])],
    ["1", open("temporary")],
    ["1", close()],
    ["1", { event: "rename", from: "temporary", to: "final" }],
  ]);
  assertEquals(phaseOf(state, "final"), "committed");
  assertEquals(phaseOf(state, "temporary"), undefined);
  assertEquals(state.unpublished.size, 1);
});

Deno.test("a renamed directory takes its entries along", () => {
  const state = play([
    ["1", join("w")],
    ["1", { event: "make", path: "a", kind: "directory" }],
    ["1", open("a/b/c")],
    ["1", open("ab", 1)],
    ["1", { event: "rename", from: "a", to: "z" }],
  ]);
  assertEquals([...state.paths.keys()].sort(), ["ab", "z", "z/b/c"]);
});

Deno.test("a removed file is still finished for readers that have it open", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["1", open("a")],
  ];
  const state = play(script);
  const file = state.paths.get("a");
  const later: Script = [["1", { event: "remove", path: "a" }], ["1", close()]];
  later.forEach(([by, body]) => fold(state, { ...body, by, time: 9 }));
  assertEquals(file?.phase, "committed");
  assertEquals(state.unpublished.size, 0);
});

const PUBLISHING: Script = [
  ["1", join("w")],
  ["2", join("w")],
  ["1", rules([{ name: ["*"], committed: "on_close" }])],
  ["1", open("a", 0)],
  ["1", { event: "close", handle: 0, publishes: true }],
];

Deno.test("a file is published by the next event of the member that said so with its close", () => {
  const state = play([...PUBLISHING, ["2", open("b", 0)]]);
  assertEquals(phaseOf(state, "a"), "committed");
  assertEquals([...state.unpublished.keys()], [0]);
  assertEquals([...state.publishing.keys()], ["1"]);
  const later = play([...PUBLISHING, ["1", open("b", 1)]]);
  assertEquals([later.unpublished.size, later.publishing.size], [0, 0]);
  const other = play([...PUBLISHING, ["2", { event: "publish", files: [0] }]]);
  assertEquals([other.unpublished.size, other.publishing.size], [0, 0]);
});

Deno.test("a file is not published that its member could not move, or had no time to", () => {
  const events: [by: string, event: EventBody][] = [
    ["1", { event: "publish", files: [] }],
    ["2", end("1", "lost")],
    ["1", end("1", "lost")],
  ];
  for (const event of events) {
    const state = play([...PUBLISHING, event]);
    assertEquals([...state.unpublished.keys()], [0]);
    assertEquals(state.publishing.size, 0);
  }
  const left = play([...PUBLISHING, ["1", end("1")]]);
  assertEquals([left.unpublished.size, left.publishing.size], [0, 0]);
});

Deno.test("a close that does not commit its file publishes nothing", () => {
  const state = play([
    ...PUBLISHING.slice(0, 3),
    ["1", open("a", 0)],
    ["2", { event: "open", path: "a", file: 0, handle: 0 }],
    ["1", { event: "close", handle: 0, publishes: true }],
  ]);
  assertEquals(phaseOf(state, "a"), "open");
  assertEquals(state.publishing.size, 0);
});

Deno.test("a whole file is opened, closed and committed by one event", () => {
  const whole = { event: "open", path: "a", handle: 0, whole: true } as const;
  const state = play([
    ...PUBLISHING.slice(0, 3),
    ["1", { ...whole, publishes: true }],
    ["2", { ...whole, path: "b" }],
  ]);
  assertEquals([phaseOf(state, "a"), phaseOf(state, "b")], [
    "committed",
    "committed",
  ]);
  assertEquals([...state.publishing.keys()], ["1"]);
  assertEquals([...state.unpublished.keys()], [0, 1]);
  assertEquals(state.handles.size, 0);
});

Deno.test("writing to a committed name makes a new file", () => {
  const state = play([
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["1", open("a", 0)],
    ["1", close(0)],
    ["1", { event: "publish", files: [0] }],
    [
      "1",
      { event: "make", path: "a", kind: "file", replaces: true, handle: 1 },
    ],
  ]);
  assertEquals(phaseOf(state, "a"), "open");
  assertEquals(state.paths.get("a")?.number, 1);
});

Deno.test("reading a real file before another member writes it is a stale read", () => {
  const state = play([
    ["1", join("r")],
    ["2", join("w")],
    ["1", { event: "input", path: "a" }],
    ["2", { event: "input", path: "a" }],
    ["2", open("a")],
  ]);
  assertEquals(state.staleReads, [{ path: "a", reader: "1", writer: "2" }]);
});

Deno.test("a run is over when all apps that the configuration names have left", () => {
  const apps = { w: ["*"], r: [] };
  const script: Script = [["1", join("w")], ["1", rules([], apps)]];
  assert(!isOver(play(script)));
  script.push(["1", end("1")]);
  assert(!isOver(play(script)));
  script.push(["2", join("r")], ["2", end("2")]);
  assert(isOver(play(script)));
});

Deno.test("files of one writer share what they have in common", () => {
  const state = play([
    ["1", join("w")],
    ["2", join("w")],
    ...["a", "b", "c"].flatMap((path, handle): Script => [
      ["1", open(path, handle)],
      ["1", { event: "close", handle }],
    ]),
    ["2", { event: "open", path: "c", file: 2, handle: 9 }],
  ]);
  const [a, b, c] = [...state.paths.values()];
  assert(a.writers === b.writers);
  assert(a.holders === b.holders);
  // What another member adds is of that file alone.
  assertEquals([...c.writers], ["1", "2"]);
  assertEquals([...a.writers], ["1"]);
  assertEquals(c.holders.map(({ member }) => member), ["2"]);
});

Deno.test("events of unknown members and handles change nothing", () => {
  const state = play([
    ["1", end("2")],
    ["1", close(7)],
    ["1", { event: "publish", files: [9] }],
    ["1", { event: "rename", from: "a", to: "b" }],
    ["1", { event: "remove", path: "a" }],
  ]);
  assertEquals(state.paths.size, 0);
});

Deno.test("a file whose dependency is never finished is lost once no member writes it", () => {
  const bring = (graph: Record<string, string[]>) =>
    rules([{ name: ["a"], committed: "on_file", file_deps: ["b"] }], graph);
  const graph = { one: ["a"], two: ["b"] };
  const script: Script = [
    ["1", join("one")],
    ["1", bring(graph)],
    ["2", join("two")],
    ["1", open("a")],
    ["1", close()],
    ["1", end("1")],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  // Its producer never makes it, or makes it and is killed.
  assertEquals(phaseOf(play([...script, ["2", end("2")]]), "a"), "lost");
  const begun: Script = [...script, ["2", open("b")]];
  assertEquals(phaseOf(play(begun), "a"), "open");
  assertEquals(phaseOf(play([...begun, ["2", end("2", "lost")]]), "a"), "lost");
  assertEquals(phaseOf(play([...begun, ["2", end("2")]]), "a"), "committed");
});

Deno.test("a finished file that is renamed finishes the files that depend on its new name", () => {
  const state = play([
    ["1", join("w")],
    [
      "1",
      rules([
        { name: ["a"], committed: "on_file", file_deps: ["done"] },
        { name: ["*.tmp"], committed: "on_close" },
      ]),
    ],
    ["1", open("a", 0)],
    ["1", close(0)],
    ["1", open("done.tmp", 1)],
    ["1", close(1)],
    ["1", { event: "rename", from: "done.tmp", to: "done" }],
  ]);
  assertEquals(phaseOf(state, "a"), "committed");
});

Deno.test("any number of files may depend on one, and be finished or lost with it", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([
        { name: ["*.csv"], committed: "on_file", file_deps: ["done"] },
        { name: ["done"], committed: "on_close" },
      ]),
    ],
    ...Array.from({ length: 20_000 }, (_, i): Script => [
      ["1", { event: "open", path: `${i}.csv`, handle: i + 1 }],
      ["1", close(i + 1)],
    ]).flat(),
    ["1", open("done")],
  ];
  const phases = (last: EventBody) => {
    const state = play([...script, ["1", last]]);
    return new Set([...state.paths.values()].map(({ phase }) => phase));
  };
  assertEquals([...phases(close())], ["committed"]);
  assertEquals(
    [...phases({ event: "close", handle: 0, failed: true })].sort(),
    [
      "lost",
      "open",
    ],
  );
  assertEquals([...phases(end("1", "lost"))], ["lost"]);
});

Deno.test("files that depend on each other in a circle are lost with their last writer", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([
        { name: ["a"], committed: "on_file", file_deps: ["b"] },
        { name: ["b"], committed: "on_file", file_deps: ["c"] },
        { name: ["c"], committed: "on_file", file_deps: ["a"] },
      ]),
    ],
    ["1", open("a", 0)],
    ["1", open("b", 1)],
    ["1", open("c", 2)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  const state = play([...script, ["1", end("1")]]);
  const phases = ["a", "b", "c"].map((path) => phaseOf(state, path));
  assertEquals(phases, ["lost", "lost", "lost"]);
});

Deno.test("a dependency that existed before the run is finished unless an app produces it", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([{ name: ["a"], committed: "on_file", file_deps: ["b"] }], {
        w: ["a"],
      }),
    ],
    ["1", open("a")],
    ["1", close()],
  ];
  const given: Script = [["1", { event: "given", path: "b" }]];
  assertEquals(phaseOf(play([...script, ...given]), "a"), "committed");
  const written: Script = [...script, ["1", open("b", 1)], ...given];
  assertEquals(phaseOf(play(written), "a"), "open");
});

Deno.test("a file that depends on a directory is committed with its last expected entry", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([
        { name: ["a"], committed: "on_file", file_deps: ["d"] },
        { dirname: ["d"], committed: "on_n_files", n_files: 2 },
      ]),
    ],
    ["1", open("a", 0)],
    ["1", close(0)],
    ["1", { event: "make", path: "d", kind: "directory" }],
    ["1", open("d/1", 1)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(
    phaseOf(play([...script, ["1", open("d/2", 2)]]), "a"),
    "committed",
  );
});

Deno.test("a directory that once had all of its entries stays committed", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ dirname: ["d"], committed: "on_n_files", n_files: 2 }])],
    ["1", { event: "make", path: "d", kind: "directory" }],
    ["1", open("d/1", 1)],
    ["1", open("d/2", 2)],
    ["1", { event: "remove", path: "d/1" }],
  ];
  assertEquals(directoryPhase(play(script), "d"), "committed");
  const again: Script = [
    ["1", { event: "remove", path: "d" }],
    ["1", { event: "make", path: "d", kind: "directory" }],
    ["1", open("d/1", 3)],
  ];
  assertEquals(directoryPhase(play([...script, ...again]), "d"), "open");
});

Deno.test("a directory is lost with a member that fills it, until its app starts again", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ dirname: ["d"] }], { w: ["d"] })],
    ["1", open("d/1")],
    ["1", end("1", "lost")],
  ];
  assertEquals(directoryPhase(play(script), "d"), "lost");
  const again: Script = [...script, ["2", join("w")], ["2", open("d/1")]];
  assertEquals(directoryPhase(play(again), "d"), "open");
  assertEquals(
    directoryPhase(play([...again, ["2", end("2")]]), "d"),
    "committed",
  );
});

Deno.test("directories that depend on each other in a circle are never committed", () => {
  const state = play([
    ["1", join("w")],
    [
      "1",
      rules([
        { dirname: ["c"], committed: "on_file", file_deps: ["d"] },
        { dirname: ["d"], committed: "on_file", file_deps: ["c"] },
      ]),
    ],
  ]);
  assertEquals(directoryPhase(state, "c"), "open");
});

Deno.test("a rule that is stated late holds for files that were closed before", () => {
  const state = play([
    ["1", join("w")],
    ["1", open("a")],
    ["1", close()],
    ["1", { event: "rules", rules: [{ path: "a", committed: "on_close" }] }],
  ]);
  assertEquals(phaseOf(state, "a"), "committed");
});

Deno.test("a member may have several waits, each of which is listed until it ends", () => {
  const wait = (wait: number, path: string, why?: string): EventBody => ({
    event: "wait",
    wait,
    path,
    why,
  });
  const script: Script = [
    ["1", join("r")],
    ["1", wait(0, "a", "first")],
    ["1", wait(1, "b", "because")],
    ["1", wait(0, "a", "second")],
  ];
  assertEquals([...play(script).waits.values()], [
    { member: "1", path: "a", why: "second", since: 1 },
    { member: "1", path: "b", why: "because", since: 2 },
  ]);
  const ended = play([...script, ["1", wait(0, "a")]]);
  assertEquals([...ended.waits.values()].map(({ path }) => path), ["b"]);
  assertEquals(play([...script, ["1", end("1")]]).waits.size, 0);
});

Deno.test("a file is committed once its closes suffice and nobody holds it open", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["2", join("w")],
    ["1", open("a", 0)],
    ["2", open("a", 0)],
    ["1", close(0)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(phaseOf(play([...script, ["2", close(0)]]), "a"), "committed");
  // One that gives up without a write ends the wait too.
  const idle: EventBody = { event: "close", handle: 0, idle: true };
  assertEquals(phaseOf(play([...script, ["2", idle]]), "a"), "committed");
  assertEquals(phaseOf(play([...script, ["2", end("2")]]), "a"), "committed");
  const dies: Script = [...script, ["2", end("2", "lost")]];
  assertEquals(phaseOf(play(dies), "a"), "lost");
});

Deno.test("closes that come while others still write are counted", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close:3" }])],
    ["1", open("a", 0)],
    ["1", open("a", 1)],
    ["1", close(0)],
    ["1", open("a", 2)],
    ["1", close(1)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(phaseOf(play([...script, ["1", close(2)]]), "a"), "committed");
  assertEquals(phaseOf(play([...script, ["1", open("a", 3)]]), "a"), "open");
});

Deno.test("on_file waits for who holds the file open", () => {
  const script: Script = [
    ["1", join("w")],
    [
      "1",
      rules([
        { name: ["a"], committed: "on_file", file_deps: ["b"] },
        { name: ["b"], committed: "on_close" },
      ]),
    ],
    ["1", open("a", 0)],
    ["1", open("b", 1)],
    ["1", close(1)],
  ];
  assertEquals(phaseOf(play(script), "b"), "committed");
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(phaseOf(play([...script, ["1", close(0)]]), "a"), "committed");
});

Deno.test("an opening is void when the path means another file by then", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["1", open("a", 0)],
    ["2", join("w")],
  ];
  const opens = (before: Script, file: number | undefined) => {
    const event: EventBody = { event: "open", path: "a", handle: 7, file };
    const state = play([...script, ...before, ["2", event]]);
    return state.handles.get("2/7")?.number;
  };
  assertEquals(opens([], 0), 0);
  // Both saw a free path, and the other member was faster.
  assertEquals(opens([], undefined), undefined);
  // The file was committed an instant ago.
  assertEquals(opens([["1", close(0)]], 0), undefined);
  assertEquals(opens([["1", close(0)]], undefined), undefined);
  assertEquals(opens([["1", end("1", "lost")]], 0), undefined);
  const replaced: EventBody = {
    event: "make",
    path: "a",
    kind: "file",
    replaces: true,
    handle: 1,
  };
  assertEquals(opens([["1", close(0)], ["1", replaced]], 0), undefined);
  assertEquals(opens([["1", close(0)], ["1", replaced]], 1), 1);
  // It was removed or renamed.
  const removed: EventBody = { event: "remove", path: "a" };
  assertEquals(opens([["1", removed]], 0), undefined);
  assertEquals(opens([["1", removed]], undefined), 1);
  const renamed: EventBody = { event: "rename", from: "a", to: "b" };
  assertEquals(opens([["1", renamed]], 0), undefined);
  // A directory has taken its place.
  const made: EventBody = { event: "make", path: "a", kind: "directory" };
  assertEquals(opens([["1", made]], 1), undefined);
});

Deno.test("the copy of a committed file is open for its maker from the start", () => {
  const script: Script = [
    ["1", join("w")],
    ["1", rules([{ name: ["a"], committed: "on_close" }])],
    ["1", open("a", 0)],
    ["1", close(0)],
    [
      "1",
      { event: "make", path: "a", kind: "file", replaces: true, handle: 1 },
    ],
    ["1", { event: "open", path: "a", handle: 2, file: 1 }],
    ["1", close(2)],
  ];
  assertEquals(phaseOf(play(script), "a"), "open");
  assertEquals(phaseOf(play([...script, ["1", close(1)]]), "a"), "committed");
});
