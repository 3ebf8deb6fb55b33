import { assertEquals } from "@std/assert";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { isEvent } from "../../../src/capio/journal/events/event_check.ts";

const STAMP = {
  by: "4194304-0a1b2c3d",
  time: 1_764_000_000_000.5,
  via: { machine: "north-1_A", seq: 1, line: 0 },
};
const MEMBER = "1-00000000";

/** Events with all fields that they can have. */
const EVENTS: { readonly [E in EventBody as E["event"]]: Required<E> } = {
  join: {
    event: "join",
    app: "a",
    pid: 1,
    isWorker: true,
    isThread: true,
    host: MEMBER,
    memoryDir: "/m",
    memoryId: "1-2",
    agent: { machine: "north", id: "x", claims: true },
  },
  end: { event: "end", member: MEMBER, ending: "lost", why: "x" },
  rules: {
    event: "rules",
    document: "{}",
    rules: [{ path: "a" }],
    steps: ["a", "b"],
    machines: { a: "north", "b c": "south" },
    observe: true,
  },
  open: {
    event: "open",
    path: "a",
    file: 0,
    anew: true,
    handle: 1,
    memory: true,
    whole: true,
    publishes: true,
    made: 3,
  },
  close: {
    event: "close",
    handle: 1,
    failed: true,
    why: "x",
    idle: true,
    unchanged: true,
    publishes: true,
  },
  make: {
    event: "make",
    path: "a",
    kind: "symlink",
    complete: true,
    replaces: true,
    anew: true,
    handle: 1,
    memory: true,
    made: 3,
  },
  moving: { event: "moving", from: "a", to: "b" },
  rename: { event: "rename", from: "a", to: "b" },
  remove: { event: "remove", path: "a", isDirectory: true },
  publish: { event: "publish", files: [1] },
  input: { event: "input", path: "a", file: 1 },
  miss: { event: "miss", paths: ["a", "b"], asked: true },
  found: { event: "found", path: "a" },
  given: { event: "given", path: "a" },
  read: {
    event: "read",
    path: "a",
    first: 1,
    bytes: 1,
    file: 1,
    end: 1,
    to: 1,
    rewrites: 1,
    sought: true,
  },
  rewrite: { event: "rewrite", handle: 1, offset: 0 },
  size: {
    event: "size",
    path: "a",
    file: 0,
    told: 1,
    size: 2,
    readTo: 1,
    ifLost: true,
  },
  seen: { event: "seen", paths: ["a"], looked: true },
  list: { event: "list", path: "a", watched: true },
  wait: { event: "wait", wait: 1, path: "a", why: "because" },
  await: { event: "await", path: "a" },
  committed: {
    event: "committed",
    file: 1,
    size: 2,
    mode: 0o644,
    stored: true,
    gone: true,
  },
  lost: { event: "lost", file: 1, member: MEMBER, why: "x", unnamed: true },
  whole: { event: "whole", file: 1 },
  space: { event: "space", file: 1, is: "missing" },
  confirmed: {
    event: "confirmed",
    members: [MEMBER],
    ended: [MEMBER],
    files: [1],
  },
  machine: { event: "machine", machine: "north", is: "lost", id: "x" },
  checkpoint: { event: "checkpoint" },
};

const OPTIONAL: ReadonlySet<string> = new Set([
  ...[
    "isWorker",
    "isThread",
    "document",
    "rules",
    "steps",
    "observe",
    "failed",
    "idle",
    "unchanged",
    "publishes",
    "whole",
  ],
  ...[
    "complete",
    "replaces",
    "anew",
    "isDirectory",
    "looked",
    "watched",
    "moving.from",
    "moving.to",
    "asked",
    "why",
    "input.file",
    "open.file",
    "read.file",
  ],
  ...[
    "make.handle",
    "read.end",
    "read.to",
    "read.rewrites",
    "read.sought",
    "size.size",
  ],
  ...["readTo", "ifLost"],
  ...["memory", "memoryDir", "memoryId", "host"],
  ...["via", "agent", "machines", "made", "mode", "ended", "id"],
  ...["unnamed", "stored", "gone", "confirmed.files"],
]);

const NO_PATHS = [
  ...["/etc/passwd", "/", "..", ".", "../a", "a/../../b", "a/..", "./a"],
  ...["a/.", "a//b", "a/", "//a", "\0", "a/b\0", "/../a", "a/./b"],
];
const IN_SYSTEM_DIRECTORY = [".capio", ".capio/CAPIO/journal", ".capio/"];
const NO_TEXTS = [1, null, true, ["a"], { toString: "a" }, []];
const NO_PATH_OF_ENTRY = [...NO_PATHS, ...IN_SYSTEM_DIRECTORY, ...NO_TEXTS];
const NO_COUNTS = [-1, 0.5, 2 ** 53, 1e300, Infinity, "1", null, [1], {}, true];
const NO_TIMES = [Infinity, -Infinity, NaN, 1e300, "1", null, [], {}, true];
const NO_TRUTHS = [false, 1, "true", null, {}, []];
const NO_MEMBERS = [
  ...["", "1", "1-0000000", "1-000000000", "x-00000000", "-1-00000000"],
  ...["../../x", "1-00000000/", "/1-00000000", "1-0000/000", "1-0000000G"],
  ...["1-00000000\n", "\n1-00000000", "12345678901-00000000", "1-0000000A"],
  ...NO_TEXTS,
];
const NO_NAMES = ["", ...NO_TEXTS];
const NO_MACHINES = [
  ...["../x", "a/b", "a.b", "a b", "ä", "a\n", "x".repeat(33), "*", ">"],
  ...NO_NAMES,
];

/** Values that a field must not have; by its name, or by event and name. */
const FORGED: Readonly<Record<string, readonly unknown[]>> = {
  by: NO_MEMBERS,
  member: NO_MEMBERS,
  host: NO_MEMBERS,
  time: NO_TIMES,
  first: NO_TIMES,
  app: NO_NAMES,
  pid: NO_COUNTS,
  file: NO_COUNTS,
  files: [1, null, {}, ...NO_COUNTS.map((it) => [1, it])],
  handle: NO_COUNTS,
  wait: NO_COUNTS,
  bytes: NO_COUNTS,
  end: NO_COUNTS,
  told: NO_COUNTS,
  size: NO_COUNTS,
  "read.to": NO_COUNTS,
  rewrites: NO_COUNTS,
  offset: NO_COUNTS,
  isWorker: NO_TRUTHS,
  isThread: NO_TRUTHS,
  failed: NO_TRUTHS,
  idle: NO_TRUTHS,
  unchanged: NO_TRUTHS,
  publishes: NO_TRUTHS,
  whole: NO_TRUTHS,
  complete: NO_TRUTHS,
  replaces: NO_TRUTHS,
  anew: NO_TRUTHS,
  isDirectory: NO_TRUTHS,
  looked: NO_TRUTHS,
  watched: NO_TRUTHS,
  asked: NO_TRUTHS,
  observe: NO_TRUTHS,
  sought: NO_TRUTHS,
  readTo: NO_COUNTS,
  ifLost: NO_TRUTHS,
  memory: NO_TRUTHS,
  memoryDir: NO_NAMES,
  memoryId: NO_NAMES,
  ending: ["", "Left", "toString", ...NO_TEXTS],
  kind: ["", "pipe", "constructor", ...NO_TEXTS],
  document: NO_TEXTS,
  why: NO_TEXTS,
  rules: ["", 1, null, true, { length: 1 }],
  steps: ["a", 1, null, { length: 0 }, [1], [""], ["a", null]],
  path: NO_PATH_OF_ENTRY,
  from: NO_PATH_OF_ENTRY,
  to: NO_PATH_OF_ENTRY,
  paths: ["a", 1, null, {}, ...NO_PATH_OF_ENTRY.map((it) => ["a", it])],
  via: [
    ...[null, 1, "a", [], {}, { machine: "a", seq: 1 }],
    ...NO_MACHINES.map((machine) => ({ machine, seq: 1, line: 0 })),
    ...NO_COUNTS.map((seq) => ({ machine: "a", seq, line: 0 })),
    ...NO_COUNTS.map((line) => ({ machine: "a", seq: 1, line })),
    { machine: "a", seq: 1, line: 0, more: 1 },
    { machine: "a", seq: 1, line: 0, event: true },
    { machine: "a", seq: 1, event: true },
  ],
  agent: [
    ...[null, 1, "a", [], {}, { machine: "a" }],
    ...NO_MACHINES.map((machine) => ({ machine, id: "x" })),
    ...NO_NAMES.map((id) => ({ machine: "a", id })),
  ],
  machines: [
    ...[null, 1, "a", [], ["a"]],
    ...NO_MACHINES.map((it) => ({ a: it, b: "north" })),
  ],
  made: NO_COUNTS,
  unnamed: NO_TRUTHS,
  stored: NO_TRUTHS,
  gone: NO_TRUTHS,
  mode: [0o10000, ...NO_COUNTS],
  ended: [1, null, {}, ...NO_MEMBERS.map((it) => [MEMBER, it])],
  members: [1, null, {}, ...NO_MEMBERS.map((it) => [MEMBER, it])],
  machine: NO_MACHINES,
  is: ["", "Here", "toString", ...NO_TEXTS],
  id: NO_NAMES,
  "wait.path": [...NO_PATHS, ...NO_TEXTS],
};

const MAY_MEAN_THE_ROOT = new Set([
  "input",
  "found",
  "given",
  "list",
  "wait",
  "await",
]);

for (const body of Object.values(EVENTS)) {
  const type = body.event;
  const event: JournalEvent = { ...body, ...STAMP };
  const read = (fields: object) => isEvent(fields);

  Deno.test(`an event that a member has written is taken: ${type}`, () => {
    assertEquals(read(event), true);
    for (const name of Object.keys(event)) {
      const fields = Object.fromEntries(
        Object.entries(event).filter(([it]) => it !== name),
      );
      const isOptional = OPTIONAL.has(name) || OPTIONAL.has(`${type}.${name}`);
      assertEquals(read(fields), isOptional, `without "${name}"`);
    }
  });

  Deno.test(`an event with a forged field is none: ${type}`, () => {
    for (const name of Object.keys(event)) {
      const forged = name === "event"
        ? ["", "Join", "toString", "__proto__", ...NO_TEXTS]
        : FORGED[`${type}.${name}`] ?? FORGED[name];
      for (const value of forged) {
        const text = `${name}: ${JSON.stringify(value)}`;
        assertEquals(read({ ...event, [name]: value }), false, text);
      }
    }
    for (const name of ["more", "path2", "toString", "__proto__"]) {
      const more = JSON.parse(`{${JSON.stringify(name)}:1}`);
      const fields = Object.defineProperty({ ...event }, name, {
        value: more,
        enumerable: true,
      });
      assertEquals(read(fields), false, `also "${name}"`);
    }
    if ("path" in event) {
      const isRoot = MAY_MEAN_THE_ROOT.has(type);
      assertEquals(read({ ...event, path: "" }), isRoot, "the root");
    }
  });
}

Deno.test("names of files that only look dangerous are taken", () => {
  const names = [
    ...["..a", "a..", "...", "a/..b/c", ".capio2/a", "a/.capio/b", ".a"],
    ...["a b", "é 😀", "a\n", "a:b", "x:/y", "..x:y", "-rf", "__proto__"],
  ];
  for (
    const path of Deno.build.os === "windows" ? [] : [...names, "a\\..\\b"]
  ) {
    assertEquals(isEvent({ event: "found", path, ...STAMP }), true, path);
  }
});

Deno.test({
  name: "on Windows no path leads out with its own separators",
  ignore: Deno.build.os !== "windows",
  fn() {
    for (const path of ["..\\a", "\\a", ".. /a", ".CAPIO/a", ".capio./a"]) {
      assertEquals(isEvent({ event: "found", path, ...STAMP }), false, path);
    }
  },
});

Deno.test("a wait may be for a lock of sluice itself", () => {
  const path = ".capio/CAPIO/publication.lock";
  assertEquals(isEvent({ event: "wait", wait: 0, path, ...STAMP }), true);
});
