import { assert, assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import {
  decodeEvents,
  fold,
  initialState,
  JournalFollower,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import { describe } from "../../../src/capio/observe/status.ts";
import { WorkflowFolder } from "../../../src/capio/workflow/mod.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** A hundred thousand journals in `task test:long`, else five thousand. */
const CASES = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.5) * 10_000;
const DIRECTORY = resolve("/no/such/directory");

const PATHS = [
  ...["a", "b", "dir", "dir/a", "dir/b", "dir/below/c", "_DONE", "..a", "a:/b"],
  ...["", "/", "/etc/passwd", "..", "../a", "dir/../../a", "/../a", "dir//a"],
  ...["dir/", ".", "./a", "\0", "a\0", ".capio", ".capio/CAPIO/journal"],
  ...[".capio/CAPIO/publication.lock", "__proto__", "a".repeat(5000)],
];
const IDS = ["1-00000000", "2-0000000a", "3-ffffffff"];
const NO_IDS = ["../../x", "1-00000000/../../x", "", "1", "/", "\0"];
const RULES: readonly unknown[] = [
  { path: "a", committed: "on_close" },
  { path: "b", closeCount: 2, producers: ["w"] },
  { path: "dir/a", fileDependencies: ["a", "b"] },
  { path: "a", fileDependencies: ["dir"], producers: ["w"] },
  { path: "dir", directoryNFileExpected: 2, isDirectory: true },
  { path: "dir/*", fileDependencies: ["_DONE"], isPermanent: true },
  { path: "b", fileDependencies: ["../../x"] },
  { path: "dir/b", fileDependencies: [".capio/x", "a\0"] },
  { path: "**", closeCount: 0 },
  { path: "", fire: "never" },
  { path: "/etc/passwd", committed: "on_close" },
  { path: "a", __proto__: null, more: 1 },
  ...[null, 1, "a", [], {}, [[]]],
];
const DOCUMENTS = [
  ...["", "{", "{}", "null", "[]", `{"name":"t"}`, "\0", "[".repeat(9999)],
  `{"name":"t","IO_Graph":[{"name":"w","input_stream":["b"],"output_stream":["a"],"streaming":[{"name":["a"],"committed":"on_file:b"}]}]}`,
  `{"name":"u","IO_Graph":[{"name":"r","input_stream":["a"],"output_stream":["dir"],"streaming":[{"dirname":["dir"],"committed":"on_n_files","n_files":2}]}]}`,
  `{"name":"v","IO_Graph":[{"name":"r","input_stream":["a"],"output_stream":["../x"]}],"permanent":["/etc/*"]}`,
];

Deno.test("whatever a journal holds, folding never throws, and nothing outside is ever in the state", () => {
  const random = seededRandom();
  const folder = new WorkflowFolder(DIRECTORY, "CAPIO");
  let passedOver = 0;
  let created = 0;
  for (let n = 0; n < CASES; n++) {
    const lines = forgedLines(random);
    const events = lines.flatMap((line) => decodeEvents([line]));
    const state = events.reduce(fold, initialState(DIRECTORY));
    // Only rules may be found useless when they are folded, and nothing else.
    const useless = events.filter((event) => !event).length;
    const rules = events.filter((event) => event?.event === "rules").length;
    assert(state.passedOver >= useless && state.passedOver <= useless + rules);
    assertInside(state);
    // Another member reads other lines together.
    const other = inGroups(random, lines).flatMap(decodeEvents)
      .reduce(fold, initialState(DIRECTORY));
    assertEquals(asText(other), asText(state));
    describe(state, folder, "owner");
    passedOver += state.passedOver;
    created += state.created;
  }
  // Enough of both, or the test would say little.
  assert(passedOver > CASES && created > CASES, `${passedOver} ${created}`);
});

Deno.test("members that read a forged journal in other pieces agree on the state", () => {
  const random = seededRandom();
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "journal");
  for (let n = 0; n < CASES / 50; n++) {
    const bytes = new TextEncoder().encode(
      forgedLines(random).map((line) => `\n${line}\n`).join(""),
    );
    // Bytes that are no text, and byte order marks at the start of a line.
    for (let n = random.below(4); n > 0; n--) {
      const place = random.below(bytes.length - 3);
      const odd = random.pick([[0xff], [0xc3], [10, 0xef, 0xbb, 0xbf], [10]]);
      bytes.set(odd.slice(0, bytes.length - place), place);
    }
    Deno.writeFileSync(path, new Uint8Array());
    using follower = new JournalFollower(path, DIRECTORY);
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(200);
      Deno.writeFileSync(path, bytes.subarray(at, end), { append: true });
      follower.catchUp();
      at = end;
    }
    using late = new JournalFollower(path, DIRECTORY);
    assertEquals(asText(late.catchUp()), asText(follower.state));
    assertInside(late.state);
  }
});

Deno.test("no event is made up of lines that are none", () => {
  const event = JSON.stringify({ event: "found", path: "a", ...stamp(IDS[0]) });
  for (
    const lines of [
      [`${event},${event}`],
      [event.slice(0, 20), event.slice(21)],
      [`{"a":[{}`, `{}]}`, `${event},${event}`],
      [`[${event}`, `${event}]`],
      [`\u{feff}${event}`],
      [`[${event}]`],
    ]
  ) {
    assertEquals(decodeEvents(lines), lines.map(() => undefined));
  }
});

function stamp(by: string) {
  return { by, time: 1 };
}

function forgedLines(random: SeededRandom): string[] {
  const lines = Array.from(
    { length: 2 + random.below(24) },
    () => forgedLine(random),
  );
  // Most journals begin as one does that nobody has forged.
  const join = { event: "join", app: "w", pid: 1, ...stamp(IDS[0]) };
  return random.below(5) ? [JSON.stringify(join), ...lines] : lines;
}

function forgedLine(random: SeededRandom): string {
  const { below, pick } = random;
  const line = JSON.stringify(forgedEvent(random));
  switch (below(32)) {
    case 0:
      return line.slice(0, below(line.length));
    case 1:
      return line.slice(below(line.length));
    case 2:
      return `${line},${JSON.stringify(forgedEvent(random))}`;
    case 3:
      return pick(["{", "}", "]", "[", "null", "0", '"', ",", " ", "\0", "{}"]);
    case 4: {
      const place = below(line.length);
      const character = String.fromCharCode(32 + below(95));
      return line.slice(0, place) + character + line.slice(place + 1);
    }
    default:
      return line;
  }
}

function forgedEvent(random: SeededRandom): Record<string, unknown> {
  const { below, pick } = random;
  const path = () => PATHS[below(below(6) ? 8 : PATHS.length)];
  const count = () =>
    below(20) ? below(4) : pick([-1, 0.5, 2 ** 60, null, "1"]);
  const id = () => below(24) ? pick(IDS) : pick(NO_IDS);
  const maybe = (fields: Record<string, unknown>) => below(2) ? fields : {};
  const events: readonly (() => Record<string, unknown>)[] = [
    () => ({ event: "join", app: pick(["w", "r", ""]), pid: count() }),
    () => ({
      event: "end",
      member: id(),
      ending: pick(["left", "failed", "lost", "gone"]),
    }),
    () => ({
      event: "rules",
      ...maybe({ rules: [pick(RULES), pick(RULES)].slice(below(2)) }),
      ...maybe({ document: pick(DOCUMENTS) }),
      ...maybe({ steps: pick([["w", "r"], [], [1], "w"]) }),
    }),
    () => ({
      event: "open",
      path: path(),
      handle: count(),
      ...maybe({ file: count() }),
    }),
    () => ({
      event: "close",
      handle: count(),
      ...maybe({ [pick(["failed", "idle", "unchanged"])]: true }),
    }),
    () => ({
      event: "make",
      path: path(),
      kind: pick(["file", "file", "directory", "symlink", "pipe"]),
      ...maybe({ complete: true }),
      ...maybe({ replaces: true }),
      ...maybe({ handle: count() }),
    }),
    () => ({ event: "rename", from: path(), to: path() }),
    () => ({ event: "remove", path: path() }),
    () => ({ event: "publish", file: count() }),
    () => ({ event: "input", path: path(), ...maybe({ file: count() }) }),
    () => ({
      event: "miss",
      paths: [path(), path()].slice(below(3)),
      ...maybe({ asked: true }),
    }),
    () => ({ event: "found", path: path() }),
    () => ({ event: "given", path: path() }),
    () => ({
      event: "read",
      path: path(),
      first: count(),
      bytes: count(),
      ...maybe({ end: count() }),
      ...maybe({ file: count(), to: count() }),
      ...maybe({ rewrites: count() }),
    }),
    () => ({ event: "rewrite", handle: count(), offset: count() }),
    () => ({
      event: "wait",
      wait: count(),
      path: path(),
      ...maybe({ why: "why" }),
    }),
  ];
  // Files that are written matter most.
  const make = pick(below(2) ? events : events.slice(3, 7));
  const event = { ...make(), ...stamp(id()) };
  if (below(10) > 0) return event;
  const name = pick([...Object.keys(event), "more", "toString"]);
  const value = pick([null, [], {}, -1, 1e300, "", "/", true, ["a"], "\0"]);
  return { ...event, [name]: value };
}

function inGroups(random: SeededRandom, lines: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at < lines.length;) {
    const end = at + 1 + random.below(6);
    groups.push(lines.slice(at, end));
    at = end;
  }
  return groups;
}

/** Looks at everything in a state that can become the name of a file. */
function assertInside(state: WorkflowState): void {
  const files = [
    ...state.paths.values(),
    ...state.handles.values(),
    ...state.pending,
    ...state.dependents,
    ...state.unpublished.values(),
  ];
  for (const path of [...state.paths.keys(), ...files.map((it) => it.path)]) {
    assert(path !== "" && isInside(path), `file ${JSON.stringify(path)}`);
  }
  const named = [
    ...[...state.inputs.keys(), ...state.given, ...state.misses.keys()],
    ...[...state.readings.values(), ...state.rewrites.values()]
      .map((it) => it.path),
    ...state.staleReads.map((it) => it.path),
  ];
  for (const path of named) assert(isInside(path), JSON.stringify(path));
  for (const { path } of state.waits.values()) {
    assert(isInside(path) || path.startsWith(".capio"), JSON.stringify(path));
    assert(isBelow(path), JSON.stringify(path));
  }
  for (const id of state.members.keys()) {
    assertEquals(resolve("/members", id), join(resolve("/members"), id));
    assert(/^[\d-]+[0-9a-f]+$/.test(id), JSON.stringify(id));
  }
}

function isInside(path: string): boolean {
  return isBelow(path) && path.split("/")[0] !== ".capio";
}

function isBelow(path: string): boolean {
  if (path === "") return true;
  return resolve(DIRECTORY, path) === join(DIRECTORY, path) &&
    `${DIRECTORY}/${path}` === join(DIRECTORY, path) && !path.includes("\0");
}

/** All of a state, for a comparison. */
function asText({ engine, ...state }: WorkflowState): string {
  const { apps, dependencies } = engine;
  return JSON.stringify({ apps, dependencies, state }, (_, value) => {
    if (value instanceof Map) return { map: [...value] };
    return value instanceof Set ? { set: [...value] } : value;
  });
}
