/**
 * Joins workflows in hostile directories, as a process that may do anything, and
 * fails when anything outside of them is touched. A test runs it as a program of
 * its own, for a pipe that is opened would stop the whole test:
 *
 *   hostile_directories.ts journals SEED COUNT
 *   hostile_directories.ts places SEED COUNT
 */
import { dirname } from "@std/path";
import {
  CapioError,
  CapioWorkspace,
  workflowStatus,
} from "../../../src/capio/mod.ts";
import {
  createJournal,
  JournalWriter,
} from "../../../src/capio/journal/mod.ts";
import { BY_KIND } from "../../../src/capio/platform/mod.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { makePipe, Surroundings } from "../../support/surroundings.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { forgedCheckpoint, forgedLines } from "../journal/forged_lines.ts";

/** Warnings are many, and none of them is of interest here. */
console.warn = () => {};

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;
/** Nobody, whose files a process of root may change. */
const OTHER = 65534;
const OWNER = 0o700;

/** Plants an entry at a path where nothing is. */
type Plant = (path: string) => void;

const PIPE = "a pipe";
const FULL_DIRECTORY = "a directory with a link";
const SECOND_NAME = "a second name of a file outside";

/** Entries of all kinds. Those that are slow to make are made once. */
class Kinds implements Disposable {
  readonly #resources = new DisposableStack();
  readonly all: ReadonlyMap<string, Plant>;
  /** Those under whose names a program has no wait, and changes nothing outside. */
  readonly inTree: ReadonlyMap<string, Plant>;

  constructor({ secret, home }: Surroundings) {
    const { path } = this.#resources.use(new TemporaryDirectory());
    const linking = (from: string): Plant => (to) => Deno.linkSync(from, to);
    makePipe(`${path}/pipe`);
    const socket = Deno.listen({ transport: "unix", path: `${path}/socket` });
    this.#resources.defer(() => socket.close());
    this.all = new Map<string, Plant>([
      ["a link to a file outside", (it) => Deno.symlinkSync(secret, it)],
      ["a link to a directory outside", (it) => Deno.symlinkSync(home, it)],
      ["a link that makes a file outside", (it) => {
        Deno.symlinkSync(`${home}/new`, it);
      }],
      ["a relative link outside", (it) => {
        const up = "../".repeat(it.split("/").length);
        Deno.symlinkSync(`${up}${home}`, it);
      }],
      ["a link to a device", (it) => Deno.symlinkSync("/dev/null", it)],
      ["a link to itself", (it) => Deno.symlinkSync(it, it)],
      [SECOND_NAME, linking(secret)],
      [PIPE, linking(`${path}/pipe`)],
      ["a socket", linking(`${path}/socket`)],
      ["a file", (it) => Deno.writeTextFileSync(it, "planted")],
      ["an empty directory", (it) => Deno.mkdirSync(it)],
      [FULL_DIRECTORY, (it) => {
        Deno.mkdirSync(it);
        Deno.symlinkSync(secret, `${it}/a`);
        Deno.symlinkSync(home, `${it}/dir`);
      }],
      ...(isRoot ? OF_ROOT : []),
    ]);
    this.inTree = new Map(
      [...this.all].filter(([kind]) => kind !== PIPE && kind !== SECOND_NAME),
    );
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}

const OF_ROOT: readonly [string, Plant][] = [
  ["a file of another user", (it) => {
    Deno.writeTextFileSync(it, "planted");
    Deno.chownSync(it, OTHER, OTHER);
  }],
  ["a directory of another user", (it) => {
    Deno.mkdirSync(it);
    Deno.chownSync(it, OTHER, OTHER);
  }],
];

/** Makes the directories above a path; not through what was planted before. */
function makeParents(path: string): boolean {
  const parent = dirname(path);
  if (existing(parent)) return existing(parent)?.isDirectory ?? false;
  if (!makeParents(parent)) return false;
  // Closed to others, as sluice makes them.
  Deno.mkdirSync(parent, { mode: OWNER });
  return true;
}

function existing(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

function plant(path: string, kind: Plant): boolean {
  if (!makeParents(path)) return false;
  if (existing(path)) Deno.removeSync(path, { recursive: true });
  kind(path);
  return true;
}

/** Counts how the attempts of the members end. */
const outcomes = new Map<string, number>();

function attempt(call: () => unknown): void {
  let outcome = "done";
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isRefusal = error instanceof CapioError || "code" in error ||
      error.name in Deno.errors || error.message.includes("(os error ");
    if (!isRefusal) throw error;
    outcome = error instanceof CapioError ? error.code : error.name;
  }
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

/** Does what a step may do, with `during` in the middle of it. */
function takePart(inside: string, during = () => {}): void {
  const at = (name: string) => `${inside}/${name}`;
  const options = {
    capioDir: inside,
    openTimeoutSeconds: 0,
  };
  attempt(() => workflowStatus(inside));
  attempt(() => {
    const workspace = new CapioWorkspace(options);
    const { fs } = workspace;
    try {
      attempt(() => fs.mkdirSync(at("dir/new"), { recursive: true }));
      attempt(() => fs.writeTextFileSync(at("dir/new/file"), "new"));
      during();
      attempt(() => workflowStatus(inside));
      for (const name of ["a", "dir/a", "b"]) {
        attempt(() => fs.writeTextFileSync(at(name), "written"));
        attempt(() => fs.writeTextFileSync(at(name), "more", { append: true }));
        attempt(() => fs.chmodSync(at(name), 0o777));
        attempt(() => fs.readTextFileSync(at(name)));
      }
      attempt(() => fs.truncateSync(at("_DONE"), 1));
      attempt(() => fs.renameSync(at("dir/new"), at("moved")));
      attempt(() => fs.renameSync(at("a"), at("dir/below")));
      attempt(() => fs.copyFileSync(at("b"), at("dir/b")));
      attempt(() => fs.linkSync(at("b"), at("dir/second")));
      attempt(() => fs.utimeSync(at("dir"), 1, 1));
      attempt(() => fs.removeSync(at("dir"), { recursive: true }));
    } finally {
      workspace.leave();
    }
  });
}

/** Names of entries that the forged journals know, too. */
const NAMES = [
  "a",
  "b",
  "dir",
  "dir/a",
  "dir/b",
  "dir/below/c",
  "_DONE",
  "..a",
];

function forgeRun(
  { inside }: Surroundings,
  random: SeededRandom,
  kinds: Kinds,
): void {
  const everywhere = [...kinds.all.values()];
  const inTree = [...kinds.inTree.values()];
  // What is published is a name for a program, as inTree.
  const inSpool = everywhere.filter((it) => it !== kinds.all.get(SECOND_NAME));
  const { below, pick } = random;
  const base = `${inside}/.capio/CAPIO`;
  for (const directory of ["spool", "members"]) {
    Deno.mkdirSync(`${base}/${directory}`, { recursive: true, mode: OWNER });
  }
  // Most of what the journal names is there.
  for (const name of NAMES) {
    const payload: Plant = name === "dir"
      ? (it) => Deno.mkdirSync(it)
      : (it) => Deno.writeTextFileSync(it, "payload");
    if (below(4)) {
      plant(`${base}/spool/${name}`, below(8) ? payload : pick(inSpool));
    }
    if (!below(4)) plant(`${inside}/${name}`, pick(inTree));
  }
  if (!below(4)) plant(`${base}/${pick(PLACES)}`, pick(everywhere));
  if (!below(8)) return;
  const journal = `${base}/journal`;
  try {
    createJournal(journal, BY_KIND, {
      checkpoint: below(3) ? [] : forgedCheckpoint(random),
      checkpointBytes: below(3) ? undefined : below(500),
    });
    using writer = new JournalWriter(journal);
    const by = "1-00000000";
    const stamp = { by, time: 1 };
    writer.append({ event: "join", app: "w", pid: 1, ...stamp });
    for (const path of ["a", "dir/a", "dir/below/c"]) {
      if (below(2)) continue;
      writer.append({
        event: "make",
        path,
        kind: "file",
        complete: true,
        ...stamp,
      });
    }
    const lines = forgedLines(random).join("\n");
    Deno.writeTextFileSync(journal, `${lines}\n`, { append: true });
    writer.append({ event: "end", member: by, ending: "left", ...stamp });
  } catch {
    // Something is planted in its place.
  }
}

/** What sluice keeps beside the spool of a run, and the copy of a member. */
const PLACES = [
  "journal",
  "spool",
  "members",
  "members/1-00000000",
  "publication.lock",
];

function forgedJournals(random: SeededRandom, count: number): void {
  using around = new Surroundings();
  using kinds = new Kinds(around);
  let published = 0;
  for (let n = 0; n < count; n++) {
    around.clear();
    forgeRun(around, random, kinds);
    attempt(() => {
      new CapioWorkspace({ capioDir: around.inside })[Symbol.dispose]();
    });
    if (isPayload(`${around.inside}/a`)) published++;
    takePart(around.inside);
    around.assertUntouched(`journal ${n}`);
  }
  // Or the test would say little.
  if (published < count / 100) throw new Error(`only ${published} published`);
  console.log(`${published} of ${count} runs have published a file`);
}

function isPayload(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile &&
      Deno.readTextFileSync(path) === "payload";
  } catch {
    return false;
  }
}

/** Every place that sluice uses in a directory with a workflow. */
const ALL_PLACES = [
  ".capio",
  ".capio/CAPIO",
  ".capio/CAPIO.lock",
  ...PLACES.map((it) => `.capio/CAPIO/${it}`),
  ...["a", "dir", "dir/a", "dir/new", "dir/new/file", "b", "moved"]
    .flatMap((it) => [it, `.capio/CAPIO/spool/${it}`]),
];

/** When something is planted: before a run, in the middle, after a crash. */
const MOMENTS = ["before", "during", "after"] as const;

function plantedPlaces(random: SeededRandom, count: number): void {
  using around = new Surroundings();
  using kinds = new Kinds(around);
  const cases = ALL_PLACES.flatMap((place) => {
    const isOfProgram = !place.startsWith(".capio");
    return [...isOfProgram ? kinds.inTree : kinds.all].flatMap(([kind, make]) =>
      MOMENTS.map((moment) => ({ place, kind, make, moment }))
    );
  }).filter(({ place, kind, moment }) =>
    moment !== "during" || !isByOwnUser(place, kind)
  );
  const chosen = count < cases.length
    ? Array.from({ length: count }, () => random.pick(cases))
    : cases;
  const { inside } = around;
  for (const { place, kind, make, moment } of chosen) {
    around.clear();
    const plantIt = () => void plant(`${inside}/${place}`, make);
    switch (moment) {
      case "before":
        plantIt();
        takePart(inside);
        break;
      case "during":
        takePart(inside, plantIt);
        break;
      case "after":
        leaveRun(around);
        plantIt();
        takePart(inside);
        break;
      default:
        moment satisfies never;
    }
    around.assertUntouched(`${kind} at ${place}, planted ${moment} a run`);
  }
}

/**
 * Tells whether only this user, who may do everything here, can have planted
 * that in the middle of a run: in a spool, which is closed to all others.
 */
function isByOwnUser(place: string, kind: string): boolean {
  return place.includes("/spool/") ||
    place.endsWith("/spool") && kind === FULL_DIRECTORY;
}

/** A run that was killed when its committed files were not published yet. */
function leaveRun({ inside }: Surroundings): void {
  const base = `${inside}/.capio/CAPIO`;
  Deno.mkdirSync(`${base}/spool/dir`, { recursive: true, mode: OWNER });
  Deno.mkdirSync(`${base}/members`, { mode: OWNER });
  createJournal(`${base}/journal`, BY_KIND);
  using writer = new JournalWriter(`${base}/journal`);
  const stamp = { by: "1-00000000", time: 1 };
  writer.append({ event: "join", app: "killed", pid: 1, ...stamp });
  writer.append({ event: "make", path: "dir", kind: "directory", ...stamp });
  for (const path of ["a", "dir/a"]) {
    Deno.writeTextFileSync(`${base}/spool/${path}`, "payload");
    writer.append({
      event: "make",
      path,
      kind: "file",
      complete: true,
      ...stamp,
    });
  }
  writer.append({ event: "end", member: stamp.by, ending: "left", ...stamp });
}

const [mode, seed, count] = Deno.args;
const random = seededRandom(Number(seed));
if (mode === "journals") forgedJournals(random, Number(count));
else plantedPlaces(random, Number(count));
console.log(JSON.stringify(Object.fromEntries(outcomes)));
