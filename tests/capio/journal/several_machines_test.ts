import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../support/seeded_random.ts";
import { type ModelledMachine, ModelledRun } from "./modelled_machines.ts";
import { entryOf } from "./modelled_spool.ts";

/** A hundred thousand interleavings in `task test:long`. */
const RUNS = Deno.env.has("SLUICE_LONG") ? 100_000 : 2500;

Deno.test("machines agree on every file, in whatever order lines come to them", () => {
  const random = seededRandom();
  let files = 0;
  let committed = 0;
  let lost = 0;
  let yielded = 0;
  for (let n = 0; n < RUNS; n++) {
    const names = ["north", "south", "east", "west"]
      .slice(0, 2 + random.below(3));
    const hasClaims = random.below(3) === 0;
    const run = new ModelledRun(random, names, { hasClaims });
    // A lost machine says no more that it has lost a name to a file that its
    // home has removed since.
    const losing = random.below(4) === 0 && !hasClaims
      ? random.pick(run.machines)
      : undefined;
    const length = random.below(120);
    const losingAt = random.below(120);
    for (let step = 0; step < length; step++) {
      run.step();
      if (losing && step === losingAt) run.lose(losing);
    }
    assertFollowing(run, n);
    assertSpools(run, n);
    run.finish();
    assertAgreement(run, n);
    assertSpools(run, n);
    for (const { state, files: own } of run.machines) {
      assertEquals(state.claims.size, 0);
      for (const { lostTo } of own.values()) if (lostTo) yielded++;
      for (const { phase } of state.paths.values()) {
        files++;
        if (phase === "committed") committed++;
        if (phase === "lost") lost++;
      }
    }
  }
  assert(committed > RUNS && lost > RUNS / 4, `${files} ${committed} ${lost}`);
  assert(yielded > RUNS / 50, `${yielded}`);
});

/** No machine says of a file of another one what its home has not decided. */
function assertFollowing(run: ModelledRun, n: number): void {
  for (const { name, state } of run.machines) {
    for (const [key, file] of state.foreign) {
      const { machine: home, number } = file.home ?? {};
      if (key !== `${home}/${number}` || file.kind === "directory") continue;
      const origin = run.machines.find((it) => it.name === home);
      const known = origin?.files.get(number ?? -1);
      const message = `run ${n}: ${key} at ${name}`;
      assert(known, message);
      if (file.committedAtHome) assertEquals(known.phase, "committed", message);
      // What a lost machine has left is lost without a word of it.
      const isSure = state.machines.values().every(({ is }) => is !== "lost");
      if (!isSure || file.phase !== "lost") continue;
      assertEquals(known.phase, "lost", message);
    }
  }
}

/** What the journal says of the entries of a machine lies in its spool. */
function assertSpools(run: ModelledRun, n: number): void {
  for (const { name, state, spool } of run.machines) {
    for (const [path, file] of state.paths) {
      assertEquals(
        spool.entries.get(path),
        entryOf(file),
        `run ${n}: "${path}" at ${name}`,
      );
    }
    for (const [path, entry] of spool.entries) {
      if (entry === "directory") continue;
      assert(state.paths.has(path), `run ${n}: "${path}" at ${name}`);
    }
  }
}

function assertAgreement(run: ModelledRun, n: number): void {
  const [first, ...others] = run.machines.filter((it) => !it.isLost);
  const expected = picture(first);
  for (const other of others) {
    assertEquals(
      picture(other),
      expected,
      `run ${n}: ${first.name}, ${other.name}`,
    );
  }
}

/** What all machines have to agree on. */
function picture({ name, state }: ModelledMachine): unknown {
  const lost = state.machines.values().filter((it) => it.is === "lost")
    .map((it) => it.name).toArray();
  return {
    lost,
    // Symbolic links stay on their machines.
    entries: [...state.paths].filter(([, it]) => it.kind !== "symlink").map(
      ([path, file]) => {
        const { kind, phase, committedAtHome, alsoOf } = file;
        const home = file.home?.machine ?? name;
        if (kind === "directory") {
          return `${path}/ ${[home, ...alsoOf?.keys() ?? []].sort().join()}`;
        }
        const number = file.home?.number ?? file.number;
        // Of the files of a lost machine those are whole that have come in time.
        const isCommitted = phase === "committed" ||
          committedAtHome !== undefined;
        const end = lost.includes(home) ? isCommitted : phase;
        return `${path} ${home}/${number} ${kind} ${end}`;
      },
    ).sort(),
    apps: [...state.apps.values()].map(({ name, running, joined, lostBy }) => {
      return `${name} ${running} ${joined} ${lostBy}`;
    }).sort(),
    members: [...state.members.values()].filter((it) => !it.isAgent)
      .map(({ id, ending }) => `${id} ${ending}`).sort(),
  };
}
