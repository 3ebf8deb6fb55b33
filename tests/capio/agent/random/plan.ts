import {
  type SeededRandom,
  seededRandom,
} from "../../../support/seeded_random.ts";

/** How a file is written. */
export interface Writing {
  readonly path: string;
  readonly key: number;
  readonly size: number;
  readonly chunk: number;
  /** Between two chunks, in ms. */
  readonly pause: number;
}

/** How a file is read. */
export interface Reading {
  readonly path: string;
  readonly key: number;
  readonly size: number;
  readonly how: "whole" | "chunks" | "sync" | "sized";
}

/** A step, which reads some files while it writes others. */
export interface PlannedStep {
  readonly name: string;
  readonly machine: string;
  readonly writes: readonly Writing[];
  readonly reads: readonly Reading[];
  /** When it starts, in ms. */
  readonly start: number;
  /** When it is killed, in ms from its join. */
  readonly kill?: number;
}

/** Something that happens to the machines. */
export interface Trouble {
  readonly at: number;
  /** The machine whose agent is killed, or the server. */
  readonly victim: string;
}

/** A workflow over several machines. */
export interface Plan {
  readonly machines: readonly string[];
  readonly steps: readonly PlannedStep[];
  readonly troubles: readonly Trouble[];
  readonly cl: object;
}

const MACHINES = ["north", "south", "east"];

/** Makes the plan of a seed. */
export function makePlan(seed: number): Plan {
  const random = seededRandom(seed);
  const files: (Writing & { rule: object })[] = [];
  const steps: PlannedStep[] = [];
  const isCalm = random.below(3) === 0;
  for (let i = 0; i < 3 + random.below(4); i++) {
    const reads = pickSome(random, files, 3).map((file): Reading => {
      const isUpdate = "mode" in file.rule && file.rule.mode === "update";
      return {
        path: file.path,
        key: file.key,
        size: file.size,
        how: random.pick([
          ...["whole", "chunks", "sync"] as const,
          ...isUpdate ? ["sized"] as const : [],
        ]),
      };
    });
    const writes = Array.from({ length: random.below(3) + 1 }, (_, n) => ({
      ...writing(random, `s${i}_${n}`),
      rule: {
        committed: random.pick(["on_close", "on_termination"]),
        mode: random.pick(["update", "no_update"]),
      },
    }));
    files.push(...writes);
    steps.push({
      name: `step${i}`,
      machine: random.pick(MACHINES),
      writes: writes.map(({ rule: _, ...it }) => it),
      reads,
      start: random.pick([0, 0, 100, 500]),
      ...!isCalm && random.below(8) === 0 && { kill: random.below(600) },
    });
  }
  const troubles = isCalm
    ? []
    : Array.from({ length: random.below(4) }, () => ({
      at: random.below(2500),
      victim: random.below(5) === 0 ? "server" : random.pick(MACHINES),
    }));
  return { machines: MACHINES, steps, troubles, cl: graphOf(steps, files) };
}

function writing(random: SeededRandom, path: string): Writing {
  const size = random.pick([0, 1, 100, 5000, 300_000, 2_000_000]);
  return {
    path,
    key: random.below(250),
    size,
    chunk: random.pick([100, 10_000, 1_000_000]) + Math.ceil(size / 50),
    pause: random.pick([0, 0, 5, 30]),
  };
}

function pickSome<T>(random: SeededRandom, from: readonly T[], most: number) {
  const count = Math.min(from.length, random.below(most + 1));
  const left = [...from];
  return Array.from(
    { length: count },
    () => left.splice(random.below(left.length), 1)[0],
  );
}

function graphOf(
  steps: readonly PlannedStep[],
  files: readonly { path: string; rule: object }[],
): object {
  const ruleOf = new Map(files.map(({ path, rule }) => [path, rule]));
  return {
    IO_Graph: steps.map(({ name, reads, writes }) => ({
      name,
      input_stream: reads.map(({ path }) => path),
      output_stream: writes.map(({ path }) => path),
      streaming: writes.map(({ path }) => ({
        name: [path],
        ...ruleOf.get(path),
      })),
    })),
    permanent: files.map(({ path }) => path),
  };
}
