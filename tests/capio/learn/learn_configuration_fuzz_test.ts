/**
 * Random runs: what the configuration says of each file is what was decided for
 * it, whatever other files are called.
 */
import { assert, assertEquals } from "@std/assert";
import {
  CapioClEngine,
  parseCapioCl,
  serializeCapioCl,
} from "../../../src/capio/cl/mod.ts";
import { decide } from "../../../src/capio/learn/decision.ts";
import { familiesOf } from "../../../src/capio/learn/families.ts";
import { learnConfiguration } from "../../../src/capio/learn/learn_configuration.ts";
import type {
  ObservedEntry,
  RunObservation,
  Use,
} from "../../../src/capio/learn/observation.ts";
import { compileGlob } from "../../../src/internal/mod.ts";

const RUNS = 150;
const STEPS = ["one", "two", "three", "four"];
const PIECES = ["a", "b", "part-", ".csv", "1", "2", "10", "007", "/"];
/** There is no way to escape them: names with these are written as globs. */
const SPECIAL = [...PIECES, "[x", "*", "?"];
const USES: Use[] = ["opened", "read", "end", "sought", "size", "asked"];

for (const seed of [1, 2, 3]) {
  Deno.test(`no entry says something of a file that another one is about (seed ${seed})`, () => {
    const random = randomOf(seed);
    for (let run = 0; run < RUNS; run++) {
      const observation = randomRun(random);
      const { config } = learnConfiguration(observation, {
        name: "flow",
        keep: [],
      });
      const read = parseCapioCl(serializeCapioCl(config), { strict: true });
      const engine = new CapioClEngine(read, { capioDir: "/d" });
      for (const entry of observation.entries) {
        const { path } = entry;
        const { decision } = decide(entry, STEPS);
        const shown = JSON.stringify({ entry, config }, null, 1);
        const producers = engine.producers(path);
        const place = (step: string) => STEPS.indexOf(step);
        for (const it of decision.producers) assert(producers.includes(it));
        for (const it of producers) {
          // A directory may give a step that comes first to what lies in it.
          const isHarmless = decision.producers.includes(it) ||
            place(it) < place(decision.producers[0]) &&
              !decision.consumers.includes(it);
          assert(isHarmless, shown);
        }
        for (const consumer of decision.consumers) {
          assert(engine.consumers(path).includes(consumer), shown);
        }
        // A family is treated as the most careful of its files.
        if (decision.committed === "on_termination") {
          assertEquals(engine.commitRule(path).type, "on_termination", shown);
        }
        if (decision.mode === "update") {
          assertEquals(engine.fireRule(path), "update", shown);
        }
        if (decision.isPermanent) assert(engine.isPermanent(path), shown);
      }
    }
  });

  Deno.test(`a glob matches its family and no other path (seed ${seed})`, () => {
    const random = randomOf(seed);
    for (let run = 0; run < RUNS; run++) {
      const known = unique(20, () => randomPath(random, SPECIAL));
      const some = known.filter(() => random() < 0.5);
      for (const { glob, paths } of familiesOf(some, known)) {
        const isMatch = compileGlob(glob);
        assertEquals(known.filter(isMatch).sort(), [...paths].sort(), glob);
        assert(paths.length > 1);
      }
    }
  });
}

function randomRun(random: () => number): RunObservation {
  const paths = unique(1 + Math.floor(random() * 12), () => randomPath(random));
  // A path is a file or a directory.
  const files = paths.filter((path) =>
    !paths.some((it) => it.startsWith(`${path}/`))
  );
  const entries = files.map((path) => randomEntry(path, random));
  const fillers = new Map<string, Set<string>>();
  for (const { path, writers } of entries) {
    const at = path.lastIndexOf("/");
    const parent = at < 0 ? "" : path.slice(0, at);
    for (const step of writers) {
      fillers.getOrInsertComputed(parent, () => new Set()).add(step);
    }
  }
  const listings = [...fillers].filter(() => random() < 0.3)
    .map(([directory, steps]) => ({
      directory,
      step: "four",
      fillers: [...steps].filter((it) => it !== "four"),
      isOwn: steps.has("four"),
    }))
    .filter(({ fillers }) => fillers.length > 0);
  const others = new Set(
    unique(4, () => randomPath(random)).filter((it) => !files.includes(it)),
  );
  return { steps: STEPS, entries, listings, fillers, others };
}

function randomEntry(path: string, random: () => number): ObservedEntry {
  const first = Math.floor(random() * 3);
  const second = random() < 0.1 ? [STEPS[first + 1]] : [];
  const later = STEPS.slice(first + 1).filter(() => random() < 0.5);
  return {
    path,
    kind: "file",
    writers: [STEPS[first], ...second],
    closes: random() < 0.7 ? 1 : 3,
    isRewritten: random() < 0.1,
    isGone: random() < 0.1,
    uses: new Map(
      later.map((step) => [step, new Set(USES.filter(() => random() < 0.4))]),
    ),
  };
}

function randomPath(random: () => number, pieces = PIECES): string {
  const count = 1 + Math.floor(random() * 5);
  const chosen = Array.from(
    { length: count },
    () => pieces[Math.floor(random() * pieces.length)],
  );
  return chosen.join("").replace(/^\/+|\/+$/g, "").replace(/\/+/g, "/") || "a";
}

function unique(count: number, make: () => string): string[] {
  return [...new Set(Array.from({ length: count }, make))];
}

function randomOf(seed: number): () => number {
  let state = seed * 2654435761 >>> 0;
  return () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return state / 2 ** 32;
  };
}
