import { assert, assertEquals } from "@std/assert";
import { resolve } from "@std/path";
import {
  fold,
  initialState,
  type JournalEvent,
  type WorkflowFile,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import { parentOf } from "../../../src/capio/platform/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { decoded } from "./decoded.ts";
import { forgedLinesOfMachines, MACHINE } from "./forged_lines.ts";

const CASES = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.15) * 10_000;
const DIRECTORY = resolve("/no/such/directory");

Deno.test("whatever other machines say, the state stays consistent", () => {
  const random = seededRandom();
  let foreign = 0;
  let passedOver = 0;
  for (let n = 0; n < CASES; n++) {
    let state = initialState(DIRECTORY);
    for (const event of decoded(forgedLinesOfMachines(random))) {
      // On its own machine a member appends nothing before its join.
      const isEarly = event && !event.via && event.event !== "join" &&
        !state.members.has(event.by);
      if (isEarly) continue;
      state = fold(state, event);
      assertConsistent(state, event);
    }
    foreign += state.foreign.size;
    passedOver += state.passedOver;
  }
  // Enough of both, or the test would say little.
  assert(foreign > CASES / 3 && passedOver > CASES, `${foreign} ${passedOver}`);
});

Deno.test("what other machines say changes nothing of this machine's files", () => {
  const random = seededRandom();
  let files = 0;
  for (let n = 0; n < CASES; n++) {
    const events = decoded(forgedLinesOfMachines(random))
      .filter((event) => event !== undefined)
      // Rules may make own files wait for others.
      .filter(({ event }) => event !== "rules")
      .filter(isOfThisMachine);
    const all = events.reduce(foldSeen, initialState(DIRECTORY));
    const own = events.filter(({ via }) => !via)
      .reduce(foldSeen, initialState(DIRECTORY));
    const expected = ownFiles(own);
    files += expected.length;
    assertEquals(ownFiles(all), expected);
  }
  assert(files > CASES / 4, `${files}`);
});

/**
 * Tells apart who is of which machine, so that a name or an id has one machine:
 * the second to come is passed over otherwise, and rightly.
 */
function isOfThisMachine({ by, via, ...event }: JournalEvent): boolean {
  if (event.event === "end" && Number(event.member[0]) > 3 !== !!via) {
    return false;
  }
  const isOther = Number(by[0]) > 3;
  if (event.event === "machine") return via !== undefined;
  if ("path" in event && event.path.includes("dir") !== isOther) return false;
  if ("from" in event && event.from?.includes("dir") !== isOther) return false;
  if ("to" in event && typeof event.to === "string") {
    if (event.to.includes("dir") !== isOther) return false;
  }
  return isOther === (via !== undefined);
}

/** Folds an event. What opens a file has seen the one that is there. */
function foldSeen(state: WorkflowState, event: JournalEvent): WorkflowState {
  const isSeen = event.event === "open" && !event.via;
  const file = isSeen ? state.paths.get(event.path)?.number : undefined;
  return fold(state, isSeen ? { ...event, file } : event);
}

function ownFiles(state: WorkflowState): string[] {
  return [...state.paths.values()].filter((file) => !file.home)
    .map(({ path, kind, phase, writers, holders, closes }) =>
      JSON.stringify({ path, kind, phase, closes, all: [...writers], holders })
    ).sort();
}

function assertConsistent(
  state: WorkflowState,
  event: JournalEvent | undefined,
): void {
  const text = JSON.stringify(event);
  const { paths, foreign, replicas, pending, handles, members } = state;
  for (const [path, file] of paths) {
    assert(file.path === path && !file.unlinked, `${path}: ${text}`);
    assertKnown(state, file, text);
    if (file.kind === "directory") continue;
    assertEquals(file.alsoOf, undefined, text);
    for (const id of file.writers) {
      assertEquals(members.get(id)?.machine, file.home?.machine, text);
    }
  }
  for (const [key, file] of foreign) {
    const [machine, number] = key.split("/");
    const isHome = file.home?.machine === machine;
    const known = isHome ? file.home?.number : file.alsoOf?.get(machine);
    assertEquals(known, Number(number), `${key}: ${text}`);
    assert(machine !== MACHINE, text);
  }
  const open = [...pending].filter((it) => it.home);
  assertEquals(new Set(replicas.values()), new Set(open), text);
  for (const file of pending) assertEquals(file.phase, "open", text);
  for (const file of state.dependents) assert(!file.home, text);
  for (const file of state.unpublished.values()) assert(!file.home, text);
  for (const [handle, file] of handles) {
    const member = members.get(handle.split("/")[0]);
    assertEquals(member?.machine, file.home?.machine, text);
  }
  const entries = Map.groupBy(paths.keys(), parentOf);
  for (const [path, { entries: count }] of state.folders) {
    assertEquals(count, entries.get(path)?.length ?? 0, `${path}: ${text}`);
  }
  for (const path of entries.keys()) assert(state.folders.has(path), text);
  assert(state.machine === undefined || state.machine === MACHINE, text);
}

function assertKnown(
  { foreign }: WorkflowState,
  file: WorkflowFile,
  text: string,
): void {
  const { home, alsoOf = [] } = file;
  if (home) {
    assertEquals(foreign.get(`${home.machine}/${home.number}`), file, text);
  }
  for (const [machine, number] of alsoOf) {
    assertEquals(foreign.get(`${machine}/${number}`), file, text);
  }
}
