import { assert, assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import {
  createJournal,
  fold,
  initialState,
  JournalFollower,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import { CompactMap, SmallMap } from "../../../src/internal/mod.ts";
import { checkpointLines } from "../../../src/capio/journal/checkpoint/mod.ts";
import { BY_KIND } from "../../../src/capio/platform/mod.ts";
import { describe } from "../../../src/capio/observe/status.ts";
import { WorkflowFolder } from "../../../src/capio/workflow/mod.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { decoded } from "./decoded.ts";
import { forgedCheckpoint, forgedLines, IDS, stamp } from "./forged_lines.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** A hundred thousand journals in `task test:long`, else five thousand. */
const CASES = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.5) * 10_000;
const DIRECTORY = resolve("/no/such/directory");

Deno.test("whatever a journal holds, folding never throws, and nothing outside is ever in the state", () => {
  const random = seededRandom();
  const folder = new WorkflowFolder(DIRECTORY, "CAPIO");
  let passedOver = 0;
  let created = 0;
  for (let n = 0; n < CASES; n++) {
    const lines = forgedLines(random);
    const events = lines.flatMap((line) => decoded([line]));
    const state = events.reduce(fold, initialState(DIRECTORY));
    // Only rules may be found useless when they are folded, and nothing else.
    const useless = events.filter((event) => !event).length;
    const rules = events.filter((event) => event?.event === "rules").length;
    assert(state.passedOver >= useless && state.passedOver <= useless + rules);
    assertInside(state);
    // Another member reads other lines together.
    const other = inGroups(random, lines).flatMap(decoded)
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

Deno.test("whatever a checkpoint holds, nothing outside is ever in the state", () => {
  const random = seededRandom();
  using directory = new TemporaryDirectory();
  const folder = new WorkflowFolder(DIRECTORY, "CAPIO");
  const path = join(directory.path, "journal");
  let used = 0;
  for (let n = 0; n < CASES / 5; n++) {
    const checkpoint = forgedCheckpoint(random);
    createJournal(path, BY_KIND, {
      checkpoint,
      checkpointBytes: random.below(2) * 500,
      position: random.below(9),
    });
    const lines = forgedLines(random).map((line) => `\n${line}\n`).join("");
    const text = Deno.readTextFileSync(path);
    const whole = random.below(9) ? text + lines : text.slice(0, -1);
    Deno.writeTextFileSync(path, whole);
    using follower = new JournalFollower(path, DIRECTORY);
    const state = follower.catchUp();
    assertInside(state);
    if (follower.format.type === "foreign") {
      assertEquals(state.paths.size, 0);
      continue;
    }
    used++;
    describe(state, folder, "owner");
    // Others go on from there.
    fold(state, { event: "checkpoint", ...stamp(IDS[0]) });
    assertEquals([...checkpointLines(state)].length > 0, true);
  }
  assert(used > CASES / 20 && used < CASES / 5, `${used} of ${CASES / 5} used`);
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
    assertEquals(decoded(lines), lines.map(() => undefined));
  }
});

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
    ...[...state.pathReadings.keys(), ...state.removers.keys()],
    ...[...state.removals.keys(), ...state.seen.keys()],
    ...[...state.listings.keys(), ...state.folders.keys()],
    ...state.awaits.members.keys(),
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
    const isMap = value instanceof Map || value instanceof CompactMap ||
      value instanceof SmallMap;
    if (isMap) return { map: [...value] };
    return value instanceof Set ? { set: [...value] } : value;
  });
}
