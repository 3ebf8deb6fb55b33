/** What the processes of one round of `random_test.ts` are going to do. */

/** How a file comes to be. */
const WRITINGS = [
  "pieces",
  "stream",
  "using",
  "whole",
  "sync",
  "rename",
  "directory",
  "again",
] as const;

/** How it is read. */
const READINGS = [
  "pieces",
  "stream",
  "sync",
  "whole",
  "text",
  "early",
] as const;

/** A file of the round. */
export interface PlannedFile {
  readonly path: string;
  /** Says which content it has. */
  readonly key: number;
  readonly size: number;
  /** The app that writes it. */
  readonly writer: string;
  readonly committed: string;
  readonly mode: "update" | "no_update";
  readonly dependencies?: string[];
  readonly isPermanent: boolean;
  /** Its writer is named but never makes it. */
  readonly isMissing: boolean;
  /** A file of that name is there before. */
  readonly isReplaced: boolean;
  readonly writing: WriteAction["how"];
  /** What its only reader does with it in the end. */
  readonly then?: ReadAction["then"];
}

export interface WriteAction {
  readonly do: "write";
  readonly how: typeof WRITINGS[number] | "twice";
  readonly path: string;
  readonly key: number;
  readonly size: number;
  readonly chunk: number;
  /** In ms, before it and here and there in it. */
  readonly pause: number;
}

export interface ReadAction {
  readonly do: "read";
  readonly how: typeof READINGS[number];
  readonly path: string;
  readonly key: number;
  readonly chunk: number;
  readonly pause: number;
  readonly then?: "remove" | "rename";
}

/** Makes something and takes it away again. */
interface JunkAction {
  readonly do: "junk";
  readonly path: string;
  readonly pause: number;
}

export type Action = WriteAction | ReadAction | JunkAction;

/** What a process tells. */
export type Outcome =
  | { readonly did: "all" }
  | { readonly did: "finishing" | "written"; readonly path: string }
  | {
    readonly did: "read";
    readonly path: string;
    readonly end: string;
    /** Bytes read. */
    readonly at: number;
    readonly wrong: number;
    readonly message?: string;
  };

/** A process of the round. */
export interface PlannedStep {
  readonly app: string;
  readonly actions: Action[];
  /** All actions at once instead of one after the other. */
  readonly isTogether: boolean;
  /** In ms after the beginning. */
  readonly start: number;
  /** In ms after its start. */
  readonly kill?: number;
  /** In ms after its start it is stopped for as long again. */
  readonly stop?: number;
}

export interface Plan {
  readonly files: PlannedFile[];
  readonly steps: PlannedStep[];
}

/** Bytes `from` to `to` of the content that `key` stands for. */
export function contentOf(
  key: number,
  from: number,
  to: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  for (let i = from; i < to; i++) {
    bytes[i - from] = 32 + (i * 31 + (i >> 8) * 7 + key * 17) % 95;
  }
  return bytes;
}

/** A plan; the same `random` makes the same one. */
export function makePlan(random: () => number): Plan {
  const below = (limit: number) => Math.floor(random() * limit);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(choices: readonly T[]) => choices[below(choices.length)];

  const writers = Array.from({ length: 1 + below(3) }, (_, i) => `writer${i}`);
  const readers = Array.from({ length: 1 + below(3) }, (_, i) => `reader${i}`);
  const files: PlannedFile[] = [];
  for (const writer of writers) {
    const count = 1 + below(6);
    for (let i = 0; i < count; i++) files.push(makeFile(writer));
  }

  function makeFile(writer: string): PlannedFile {
    const key = files.length;
    const writing = pick(WRITINGS);
    const name = `file${key}`;
    // What comes after it in the plan of the same writer.
    const earlier = files.filter((file) =>
      file.writer === writer && file.committed === "on_close" &&
      !file.isMissing && !file.then
    );
    const committed = pick(["on_close", "on_close", "on_termination"]);
    const isMissing = chance(0.1);
    const fields = {
      path: writing === "directory" ? `folder${key}/${name}` : name,
      key,
      size: pick([0, 1, below(100), below(10_000), below(1_000_000)]),
      writer,
      // The bytes of the first writing are not those of the second.
      mode: writing === "again"
        ? "update"
        : pick(["update", "no_update"] as const),
      isPermanent: chance(0.8),
      isMissing,
      isReplaced: writing !== "directory" && chance(0.2),
      writing,
      then: chance(0.15) ? pick(["remove", "rename"] as const) : undefined,
    };
    if (chance(0.15) && earlier.length > 0) {
      return {
        ...fields,
        committed: "on_file",
        dependencies: [pick(earlier).path],
      };
    }
    if (chance(0.1)) {
      return {
        ...fields,
        committed: "on_close:2",
        writing: "twice",
        path: name,
      };
    }
    return { ...fields, committed };
  }

  const hasKills = chance(0.5);
  const step = (app: string, actions: Action[]): PlannedStep => ({
    app,
    actions,
    isTogether: chance(0.3) &&
      actions.every((it) =>
        it.do === "read" && it.how !== "sync" && it.how !== "text"
      ),
    start: chance(0.3) ? below(600) : 0,
    ...hasKills && chance(0.4) && { kill: 80 + below(500) },
    ...chance(0.1) && { stop: 80 + below(300) },
  });
  const steps = writers.map((app) => {
    const actions: Action[] = [];
    // Dependencies come after what depends on them.
    for (const file of files.filter(({ writer }) => writer === app).reverse()) {
      if (file.isMissing) continue;
      actions.push({
        do: "write",
        how: file.writing,
        path: file.path,
        key: file.key,
        size: file.size,
        chunk: pick([7, 1000, 65_536]) + Math.ceil(file.size / 200),
        pause: pick([0, 0, 1, 20, 100]),
      });
      if (chance(0.2)) {
        actions.push({ do: "junk", path: `junk-${app}`, pause: below(5) });
      }
    }
    return step(app, actions);
  });
  const taken = new Set<string>();
  for (const app of readers) {
    const actions = files.filter(({ path, then }) => {
      if (!then) return chance(0.7);
      if (taken.has(path)) return false;
      taken.add(path);
      return true;
    }).map((file): ReadAction => ({
      do: "read",
      how: pick(file.then ? READINGS.slice(0, -1) : READINGS),
      path: file.path,
      key: file.key,
      chunk: pick([5, 1000, 100_000]) + Math.ceil(file.size / 200),
      pause: pick([0, 0, 1, 50]),
      then: file.then,
    }));
    actions.sort(() => random() - 0.5);
    steps.push(step(app, actions));
  }
  return { files, steps };
}
