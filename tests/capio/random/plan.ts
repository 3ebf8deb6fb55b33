import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { ASYNC_FORMS, FORMS } from "./file_calls.ts";
import { KINDS } from "./kinds/mod.ts";
import type { App, Cast, Piece, Task } from "./piece.ts";

/** A workflow of several processes, all of it left to chance. */
export interface Plan {
  /** There is no configuration. */
  readonly isBare: boolean;
  readonly steps: readonly PlannedStep[];
  /** The files that lie in memory, none without a `memoryDir`. */
  readonly inMemory: readonly string[];
  readonly pieces: readonly PlannedPiece[];
}

/** A process. */
export interface PlannedStep {
  readonly app: App;
  readonly tasks: readonly PlannedTask[];
  /** In ms after the beginning. */
  readonly start: number;
  /** In ms after its start. */
  readonly kill?: number;
  /** In ms after its start it is stopped for as long again. */
  readonly stop?: number;
}

/** What a step is told to do for a piece. */
export interface PlannedTask {
  readonly kind: string;
  readonly piece: string;
  readonly action: unknown;
  readonly isLast?: boolean;
  readonly flags?: readonly string[];
}

export interface PlannedPiece extends Piece {
  readonly kind: string;
  /** What the names of its files begin with. */
  readonly name: string;
}

/** Makes a plan; the same seed makes the same one. */
export function makePlan(seed: number): Plan {
  const random = seededRandom(seed);
  const chance = (probability: number) => random.random() < probability;
  const apps = drawApps(random);
  const isBare = chance(0.15);
  const kinds = [...Object.keys(KINDS), "single"]
    .filter((kind) => !isBare || !KINDS[kind].needsRules);
  const pieces: PlannedPiece[] = [];
  const count = 2 + random.below(7);
  for (let i = 0; i < count; i++) {
    const kind = random.pick(kinds);
    const name = `${kind}${i}_`;
    const own = seededRandom(random.below(2 ** 32));
    const piece = KINDS[kind].draw(castOf(apps, isBare, name, own));
    pieces.push({ ...piece, kind, name });
  }
  const hasKills = !isBare && chance(0.5);
  const steps = apps.map((app): PlannedStep => ({
    app,
    tasks: pieces.flatMap(({ kind, name, tasks }) =>
      tasks.filter((task: Task<unknown>) => task.app === app.name)
        .map((task) => ({ kind, piece: name, ...task }))
    ),
    start: chance(0.3) ? random.below(600) : 0,
    ...hasKills && app.isVictim && { kill: 80 + random.below(500) },
    ...chance(0.1) && { stop: 80 + random.below(300) },
  }));
  const hasMemory = !isBare && chance(0.4);
  const inMemory = hasMemory
    ? pieces.filter(() => chance(0.6)).map(({ name }) => `${name}*`)
    : [];
  return { isBare, steps, inMemory, pieces };
}

/** The same without some of its pieces, to find out which one fails. */
export function onlySome(plan: Plan, names: string[]): Plan {
  const isKept = (name: string) => names.some((it) => name.startsWith(it));
  return {
    ...plan,
    steps: plan.steps.map((step) => ({
      ...step,
      tasks: step.tasks.filter(({ piece }) => isKept(piece)),
    })),
    pieces: plan.pieces.filter(({ name }) => isKept(name)),
  };
}

function drawApps(random: SeededRandom): App[] {
  const count = 2 + random.below(4);
  return Array.from({ length: count }, (_, i) => {
    // One is always there to the end.
    const isVictim = i > 0 && random.below(4) === 0;
    return {
      name: `app${i}`,
      stage: i === 0 ? 0 : random.below(3),
      isTogether: random.below(3) === 0,
      inWorker: random.below(8) === 0,
      ending: isVictim
        ? "natural"
        : random.pick(["natural", "natural", "Deno.exit", "process.exit"]),
      isVictim,
    } as const;
  });
}

function castOf(
  apps: readonly App[],
  isBare: boolean,
  name: string,
  random: SeededRandom,
): Cast {
  const shuffled = () =>
    apps.map((app) => ({ app, at: random.random() }))
      .sort((a, b) => a.at - b.at).map(({ app }) => app);
  const chance = (probability: number) => random.random() < probability;
  return {
    random,
    name,
    apps,
    isBare,
    chance,
    committed: (...choices) => isBare ? "on_termination" : random.pick(choices),
    mode: () => isBare ? "update" : random.pick(["update", "no_update"]),
    isPermanent: (probability) => isBare || chance(probability),
    isGiven: (probability) => !isBare && chance(probability),
    producers: (most) =>
      shuffled().filter(({ isVictim }) => !isVictim)
        .slice(0, 1 + random.below(most)),
    readersOf: (producers) => {
      const stage = Math.max(...producers.map(({ stage }) => stage));
      return shuffled().filter((app) => app.stage > stage)
        .filter((_, i) => i === 0 || random.below(3) > 0);
    },
    form: ({ isTogether }) => random.pick(isTogether ? ASYNC_FORMS : FORMS),
  };
}
