import { assertEquals } from "@std/assert";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import type { EventBody } from "../../../src/capio/journal/events/event.ts";

const [READER, WRITER, OTHER] = ["1-00000000", "2-00000000", "3-00000000"];
const RULES = JSON.stringify({
  name: "t",
  IO_Graph: [{
    name: "w",
    output_stream: ["a", "dir"],
    streaming: [
      { name: ["a", "b"], committed: "on_close", mode: "no_update" },
      { name: ["c"], committed: "on_file", file_deps: ["b"] },
    ],
  }],
});

/** Returns whom each of the members has to ring after some events. */
function rings(...events: [by: string, body: EventBody][]) {
  let state = initialState("/data");
  const joins = [READER, WRITER, OTHER].map((by): [string, EventBody] => [
    by,
    { event: "join", app: by === WRITER ? "w" : "r", pid: 1 },
  ]);
  const rules: [string, EventBody] = [
    WRITER,
    { event: "rules", document: RULES },
  ];
  for (const [by, body] of [...joins, rules, ...events]) {
    state = fold(state, { ...body, by, time: 1 });
  }
  return state.awaits.takeRung(new Set([WRITER]));
}

/**
 * Returns whether the reader that awaits `path` is rung for what a writer does,
 * alone or among many.
 */
function isRung(path: string, ...events: EventBody[]): boolean {
  const last = events.at(-1) as EventBody;
  const before = events.slice(0, -1)
    .map((event): [string, EventBody] => [WRITER, event]);
  const others = Array.from({ length: 20 }, (_, n): [string, EventBody] => [
    OTHER,
    { event: "await", path: `other/${n}` },
  ]);
  const alone = isReaderIn(rings(
    ...before,
    [READER, { event: "await", path }],
    [WRITER, last],
  ));
  assertEquals(
    isReaderIn(rings(
      ...before,
      ...others,
      [READER, { event: "await", path }],
      [WRITER, last],
    )),
    alone,
  );
  return alone;
}

function isReaderIn(rung: readonly string[]): boolean {
  return rung.includes(READER);
}

const open = (path: string): EventBody => ({ event: "open", path, handle: 1 });
const close: EventBody = { event: "close", handle: 1 };
const made = (path: string, kind: "file" | "directory" | "symlink") =>
  ({ event: "make", path, kind, complete: true }) as const;

const CONCERNS: Record<string, [path: string, ...EventBody[]]> = {
  "its creation": ["a", open("a")],
  "the making of it": ["a", made("a", "file")],
  "its commit": ["a", open("a"), close],
  "the commit of what it depends on": [
    "c",
    made("c", "file"),
    open("b"),
    close,
  ],
  "an entry of the directory": ["dir", open("dir/sub/x")],
  "its new name": ["a", open("x"), { event: "rename", from: "x", to: "a" }],
  "that of a directory above": [
    "dir/sub/x",
    open("y/sub/x"),
    { event: "rename", from: "y", to: "dir" },
  ],
  "the end of its renaming": [
    "a",
    { event: "moving", from: "a", to: "x" },
    { event: "moving" },
  ],
  "its removal": ["a", open("a"), { event: "remove", path: "a" }],
  "that of a directory above it": [
    "dir/a",
    open("dir/a"),
    { event: "remove", path: "dir", isDirectory: true },
  ],
  "a link": ["a", made("link", "symlink")],
  "the loss of the file": [
    "a",
    open("a"),
    { event: "close", handle: 1, failed: true },
  ],
  "the end of a member": ["a", { event: "end", member: OTHER, ending: "left" }],
  "rules": ["a", { event: "rules", steps: ["w", "r"] }],
  "a given file": ["c", { event: "given", path: "b" }],
  "anything, if it awaits that": ["", open("x")],
};

for (const [what, [path, ...events]] of Object.entries(CONCERNS)) {
  Deno.test(`a member that awaits a path is rung: ${what}`, () => {
    assertEquals(isRung(path, ...events), true);
  });
}

const OTHERS: Record<string, [path: string, ...EventBody[]]> = {
  "another file": ["a", open("x")],
  "its commit": ["a", open("x"), close],
  "a file beside it": ["dir/a", open("dir/b")],
  "a name that begins in the same way": ["dir/a", open("dir/ab")],
  "a file in a directory of such a name": ["dir", open("dir2/a")],
  "another directory": ["dir/a", made("dir/sub", "directory")],
  "the directory that it is to lie in": ["dir/a", made("dir", "directory")],
  "readings": ["a", open("a"), { event: "input", path: "a" }],
  "waits": ["a", { event: "wait", wait: 1, path: "a", why: "it is missing" }],
};

for (const [what, [path, ...events]] of Object.entries(OTHERS)) {
  Deno.test(`a member that awaits a path is not rung: ${what}`, () => {
    assertEquals(isRung(path, ...events), false);
  });
}

Deno.test("a member is rung once for all that concerns it", () => {
  const awaits: EventBody = { event: "await", path: "a" };
  assertEquals(
    rings([READER, awaits], [WRITER, open("a")], [WRITER, close]),
    [READER],
  );
  const { awaits: { members } } = fold(initialState("/data"), {
    ...awaits,
    by: READER,
    time: 1,
  });
  assertEquals(members.size, 0, "nobody has joined");
});

Deno.test("a member rings for what it has done itself alone", () => {
  const awaits: [string, EventBody] = [READER, { event: "await", path: "a" }];
  assertEquals(rings(awaits, [OTHER, open("a")]), []);
  // The other one has concerned the reader after it had asked again.
  assertEquals(
    rings(
      awaits,
      [WRITER, open("a")],
      awaits,
      [OTHER, { event: "remove", path: "a" }],
    ),
    [],
  );
});
