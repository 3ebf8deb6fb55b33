import { assertEquals } from "@std/assert";
import type { CapioClRule } from "@sluice/sluice/capio";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import type { Rewrite } from "../../../src/capio/journal/state/state.ts";

/** A journal as a list of `[member, event]`. */
type Script = [by: string, event: EventBody][];

/** Returns the rewrites in a workflow of two writers and a reader "r". */
function rewrites(script: Script, rules: CapioClRule[] = []): Rewrite[] {
  const whole: Script = [
    ["w", { event: "join", app: "writer", pid: 1 }],
    ["v", { event: "join", app: "other", pid: 2 }],
    ["r", { event: "join", app: "reader", pid: 3 }],
    ["w", { event: "rules", rules }],
    ...script,
  ];
  const events = whole.map(([by, body], time): JournalEvent => ({
    ...body,
    by,
    time,
  }));
  return [...events.reduce(fold, initialState("/data")).rewrites.values()];
}

/** A whole file that has a number. */
function version(by: string): Script {
  return [
    [by, { event: "make", path: "tmp", kind: "file", complete: true }],
    [by, { event: "rename", from: "tmp", to: "a" }],
  ];
}

function read(file: number, by = "r"): Script {
  return [[by, { event: "read", path: "a", first: 0, bytes: 1, file }]];
}

const end: Script = [["r", { event: "end", member: "r", ending: "left" }]];
const removal: Script = [["w", { event: "remove", path: "a" }]];
const REPLACED = { path: "a", reader: "r", writer: "w", kind: "replaced" };

Deno.test("a file is replaced when another one gets its name after it was read", () => {
  const first = version("w");
  const again: Record<string, Script> = {
    "by a rename": version("w"),
    "by removal and creation": [
      ...removal,
      ["w", { event: "open", path: "a", handle: 0 }],
    ],
    "by a rename of the first": [
      ["w", { event: "rename", from: "a", to: "a.1" }],
      ["w", { event: "open", path: "a", handle: 0 }],
    ],
  };
  for (const [name, next] of Object.entries(again)) {
    const whole: Script = [...first, ...read(0), ...next];
    assertEquals(rewrites(whole), [], name);
    assertEquals(rewrites([...whole, ...end]), [REPLACED], name);
    // The reader reports late, and it ends before the next file comes.
    assertEquals(
      rewrites([...first, ...next, ...read(0), ...end]),
      [REPLACED],
      name,
    );
    assertEquals(
      rewrites([...first, ...read(0), ...end, ...next]),
      [REPLACED],
      name,
    );
  }
});

Deno.test("the end of a committed file counts as well", () => {
  const input: Script = [["r", { event: "input", path: "a", file: 0 }]];
  const rules: CapioClRule[] = [{ path: "*", committed: "on_close" }];
  assertEquals(
    rewrites([...version("w"), ...input, ...version("w"), ...end], rules),
    [REPLACED],
  );
});

Deno.test("a reader that reads the latest file, too, has missed nothing", () => {
  const [first, second] = [version("w"), version("w")];
  const both: Script = [...first, ...read(0), ...second, ...read(1)];
  assertEquals(rewrites([...both, ...end]), []);
  // It closes the first file last.
  assertEquals(rewrites([...both, ...read(0), ...end]), []);
  assertEquals(rewrites([...both, ...version("w"), ...end]), [REPLACED]);
});

Deno.test("nothing is replaced that nobody has read", () => {
  const twice: Script = [...version("w"), ...version("w")];
  assertEquals(rewrites([...twice, ...read(1), ...end]), []);
});

Deno.test("a file that is only removed is told as such at the reader's end", () => {
  const removed: Script = [...version("w"), ...read(0), ...removal];
  assertEquals(rewrites(removed), []);
  assertEquals(rewrites([...removed, ...end]), [
    { ...REPLACED, kind: "removed" },
  ]);
});

Deno.test("who writes a file itself, or comes before who does, has missed nothing", () => {
  const first: Script = [...version("w"), ...read(0)];
  assertEquals(rewrites([...first, ...version("r"), ...end]), []);
  assertEquals(
    rewrites([...version("r"), ...read(0), ...version("w"), ...end]),
    [],
  );
  const producers = ["writer", "reader"];
  assertEquals(
    rewrites([...first, ...version("w"), ...end], [{ path: "a", producers }]),
    [],
  );
  const document = JSON.stringify({
    name: "x",
    IO_Graph: [
      { name: "reader", input_stream: ["a"], output_stream: ["b"] },
      { name: "writer", input_stream: ["b"], output_stream: ["c"] },
    ],
  });
  const rules: Script = [["w", { event: "rules", document }]];
  assertEquals(
    rewrites([...rules, ...version("v"), ...read(0), ...version("w"), ...end]),
    [],
  );
});

Deno.test("a copy of a committed file that is opened again replaces nothing", () => {
  const rules: CapioClRule[] = [{ path: "*", committed: "on_close" }];
  const opening: Script = [
    ["w", {
      event: "make",
      path: "a",
      kind: "file",
      replaces: true,
      handle: 9,
    }],
    ["w", { event: "close", handle: 9, unchanged: true }],
  ];
  const script: Script = [...version("w"), ...read(0), ...opening, ...opening];
  assertEquals(rewrites([...script, ...end], rules), []);
  assertEquals(
    rewrites([...script, ...version("w"), ...end], rules),
    [REPLACED],
  );
});
