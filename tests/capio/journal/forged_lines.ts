import { checkpointLines } from "../../../src/capio/journal/checkpoint/mod.ts";
import {
  decodeEvent,
  fold,
  initialState,
} from "../../../src/capio/journal/mod.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

/** Names of files, and what can be none. */
const PATHS = [
  ...["a", "b", "dir", "dir/a", "dir/b", "dir/below/c", "_DONE", "..a", "a:/b"],
  ...["", "/", "/etc/passwd", "..", "../a", "dir/../../a", "/../a", "dir//a"],
  ...["dir/", ".", "./a", "\0", "a\0", ".capio", ".capio/CAPIO/journal"],
  ...[".capio/CAPIO/publication.lock", "__proto__", "a".repeat(5000)],
];
/** Ids of members. */
export const IDS = ["1-00000000", "2-0000000a", "3-ffffffff"];
const MORE_IDS = [...IDS, "4-00000000", "5-00000000", "6-00000000"];
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

/** Lines as a journal may have them that somebody has forged. */
export function forgedLines(random: SeededRandom): string[] {
  const lines = Array.from(
    { length: 2 + random.below(24) },
    () => forgedLine(random),
  );
  // Most journals begin as one does that nobody has forged.
  const join = { event: "join", app: "w", pid: 1, ...stamp(IDS[0]) };
  return random.below(5) ? [JSON.stringify(join), ...lines] : lines;
}

/** The name of this machine in {@linkcode forgedLinesOfMachines}. */
export const MACHINE = "south";

/**
 * Lines as this machine's agent may have appended them when other machines, and
 * members of this one, say what is not theirs to say.
 */
export function forgedLinesOfMachines(random: SeededRandom): string[] {
  const { below, pick } = random;
  const agent = { machine: MACHINE, id: "s" };
  const join = { event: "join", app: "sluice agent", pid: 1, agent };
  const machines = [MACHINE, "north", "east"];
  let seq = 0;
  const via = (machine: string) => ({ machine, seq: ++seq, line: 0 });
  return [
    { ...join, ...stamp(IDS[0]) },
    ...machines.map((machine) => ({
      ...{ event: "machine", machine, is: "here", ...stamp(IDS[0]) },
      via: via(machine),
    })),
    ...MORE_IDS.map((id) => ({
      ...{ event: "join", app: "w", pid: 1, ...stamp(id) },
      ...(isElsewhere(id) && { via: via(machineOf(id)) }),
    })),
    ...Array.from({ length: 5 + below(40) }, () => {
      const event: Record<string, unknown> = below(4)
        ? forgedEvent(random, { isOfMachines: true })
        : eventOfMachines(random);
      const { by, event: kind } = event;
      const isHonest = below(5) > 0;
      const isForeign = isHonest ? isElsewhere(by) : below(2) === 0;
      if (!isForeign) return event;
      seq += pick([1, 1, 1, 1, 1, 1, 0, -1]);
      const machine = isHonest ? machineOf(by) : pick([...machines, "west"]);
      const makes = kind === "make" || kind === "open" && below(2);
      return {
        ...event,
        ...(makes && below(9) && { file: undefined, made: below(9) }),
        via: { machine, seq, line: below(3) },
      };
    }),
  ].map((event) => JSON.stringify(event));
}

/** The machine of a member of {@linkcode forgedLinesOfMachines}. */
function machineOf(id: unknown): string {
  if (!isElsewhere(id)) return MACHINE;
  return String(id).startsWith("6") ? "east" : "north";
}

function isElsewhere(id: unknown): boolean {
  return /^[456]-/.test(String(id));
}

/** An event that only agents append. */
function eventOfMachines(
  { below, pick }: SeededRandom,
): Record<string, unknown> {
  const body = pick<() => Record<string, unknown>>([
    () => ({ event: "committed", file: below(6), size: below(9) }),
    () => ({ event: "lost", file: below(6), member: pick(IDS) }),
    () => ({ event: "whole", file: below(6) }),
    () => ({
      event: "space",
      file: below(6),
      is: pick(["missing", "there", "given up"]),
    }),
    () => ({ event: "confirmed", members: [pick(IDS)], ended: [pick(IDS)] }),
    () => ({
      event: "machine",
      machine: pick([MACHINE, "north", "east", "west"]),
      is: below(9) ? pick(["here", "done"]) : "lost",
    }),
    () => ({
      event: "join",
      ...{ app: pick(["w", "sluice agent"]), pid: 1 },
      agent: { machine: pick([MACHINE, "north"]), id: "x" },
    }),
    () => ({ event: "rules", machines: { w: pick([MACHINE, "north"]) } }),
  ])();
  return { ...body, ...stamp(pick([IDS[0], ...MORE_IDS])) };
}

/** The lines of a checkpoint that somebody may have forged. */
export function forgedCheckpoint(random: SeededRandom): string[] {
  const { below, pick } = random;
  const state = forgedLines(random).map(decodeEvent)
    .reduce(fold, initialState("/no/such/directory"));
  const lines = [...checkpointLines(state)];
  for (let n = below(3); n > 0 && lines.length > 0; n--) {
    const index = below(lines.length);
    // One that has been forged already may be anything.
    const line: unknown = JSON.parse(lines[index]);
    const row = Array.isArray(line) && line.length > 1
      ? line[1 + below(line.length - 1)]
      : undefined;
    const odd = pick<unknown>([
      pick(PATHS),
      pick(NO_IDS),
      pick(IDS),
      ...[below(9), -1, 1e300, null, true, {}, [], ["/etc/passwd", IDS[0]]],
      { handles: [[`${IDS[1]}/1`, IDS[0], 1]], closes: -1 },
      { writers: NO_IDS, isUnpublished: true },
      { isUnpublished: true, readers: IDS, replaced: [below(3), IDS] },
    ]);
    if (Array.isArray(row)) row[below(row.length + 1)] = odd;
    lines[index] = JSON.stringify(below(9) ? line : odd);
    if (!below(9)) lines.splice(below(lines.length), 1);
  }
  return lines;
}

/** The fields that every event has. */
export function stamp(by: string) {
  return { by, time: 1 };
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

function forgedEvent(
  random: SeededRandom,
  { isOfMachines = false }: { isOfMachines?: boolean } = {},
): Record<string, unknown> {
  const { below, pick } = random;
  const path = () => PATHS[below(below(6) ? 8 : PATHS.length)];
  const count = () =>
    below(20) ? below(4) : pick([-1, 0.5, 2 ** 60, null, "1"]);
  const ids = isOfMachines ? MORE_IDS : IDS;
  const id = () => below(24) ? pick(ids) : pick(NO_IDS);
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
    () => ({ event: "publish", files: [count()] }),
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
    () => ({ event: "await", path: path() }),
    () => ({ event: "checkpoint" }),
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
