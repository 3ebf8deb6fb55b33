import { compileGlob } from "../../internal/mod.ts";
import { type CapioClConfig, CapioClEngine } from "../cl/mod.ts";
import { configurationOf } from "./configuration.ts";
import { decide, type Decided, type Decision } from "./decision.ts";
import { directoriesOf, type ListedDirectory } from "./directories.ts";
import type { RunObservation } from "./observation.ts";
import { type Unit, unitsOf } from "./units.ts";

/** Options of {@linkcode learnConfiguration}. */
export interface LearnOptions {
  /** The name of the workflow. */
  readonly name: string;
  /** Globs for files that are kept although they are read. */
  readonly keep: readonly string[];
}

/** What a configuration says of a file, a family of files or a directory. */
export interface LearnedChoice {
  /** A path or a glob, relative to `capioDir`. */
  readonly name: string;
  /** The steps that write it. */
  readonly producers: readonly string[];
  /** The steps that read it, ask for it or list it. */
  readonly consumers: readonly string[];
  /** The rules that were chosen, such as `on_close`, each with its reason. */
  readonly rules: readonly LearnedRule[];
}

/** A rule that was chosen, in a {@linkcode LearnedChoice}. */
export interface LearnedRule {
  /** The words of CAPIO-CL, or `not permanent`. */
  readonly rule: string;
  /** What was seen in the run. */
  readonly reason: string;
}

/** A configuration that was learned, and the reasons for it. */
export interface LearnedCapioCl {
  /** The configuration, which `serializeCapioCl` writes as a document. */
  readonly config: CapioClConfig;
  /** One for each entry of the configuration. */
  readonly choices: readonly LearnedChoice[];
  /** What no rule can say, a line each: at once something else may come out. */
  readonly warnings: readonly string[];
}

/** Makes a configuration of what was seen when the steps ran in their order. */
export function learnConfiguration(
  observation: RunObservation,
  { name, keep }: LearnOptions,
): LearnedCapioCl {
  const { steps, entries } = observation;
  const decided = entries.filter(({ kind }) => kind !== "directory")
    .map((entry) => decide(entry, steps));
  const decisions = decided.map(({ decision }) => decision);
  const { listed, warnings } = directoriesOf(observation);
  const known = [...entries.map(({ path }) => path), ...observation.others];
  const directories = listed.filter(({ filler }) => filler !== undefined)
    .map(({ directory }) => directory);
  const build = (globs: boolean) => {
    const units = unitsOf(decisions, { directories, known, globs });
    const parts = { name, steps, units, listed, keep };
    const config = configurationOf(parts);
    const engine = new CapioClEngine(config, { capioDir: "/" });
    const unclear = units.filter((it) => !holds(engine, it, steps));
    return { units, config, unclear };
  };
  const first = build(true);
  const { units, config, unclear } = first.unclear.length === 0
    ? first
    : build(false);
  const useless = keep.filter((glob) =>
    !decisions.some(({ path, isGone }) => !isGone && compileGlob(glob)(path))
  );
  return {
    config,
    choices: [
      ...units.map((unit) => choiceOf(unit, keep)),
      ...listed.map(directoryChoice),
    ],
    warnings: [
      ...warningsOf(decided),
      ...warnings,
      ...unclear.map(({ name }) =>
        `${name}: another entry matches it as well, so other rules hold for it than those named here`
      ),
      ...useless.map((glob) => `${glob}: no file that is there matches it`),
    ],
  };
}

/** Says what holds for several files in one line. */
function warningsOf(decided: readonly Decided[]): string[] {
  const all = decided.flatMap(({ decision: { path }, warnings }) =>
    warnings.map((text) => ({ path, text }))
  );
  return [...Map.groupBy(all, ({ text }) => text)].map(([text, of]) => {
    const others = of.length > 1 ? ` and ${of.length - 1} more` : "";
    return `${of[0].path}${others}: ${text}`;
  });
}

/** Tells whether a configuration says of all files of a unit what was decided. */
function holds(
  engine: CapioClEngine,
  { producers, committed, mode, isPermanent, files }: Unit,
  steps: readonly string[],
): boolean {
  // A directory gives its own producer to what later steps put into it: one more
  // to wait for, which has come to its end before them.
  const isHarmless = (step: string) =>
    producers.includes(step) ||
    steps.indexOf(step) < steps.indexOf(producers[0]) &&
      !files.some(({ consumers }) => consumers.includes(step));
  return files.every(({ path }) => {
    const found = engine.producers(path);
    return producers.every((it) => found.includes(it)) &&
      found.every(isHarmless) &&
      engine.commitRule(path).type === committed &&
      (mode === undefined || engine.fireRule(path) === mode) &&
      (!isPermanent || engine.isPermanent(path));
  });
}

function choiceOf(unit: Unit, keep: readonly string[]): LearnedChoice {
  const { name, producers, committed, whyCommitted, mode, whyMode } = unit;
  const consumers = unit.files.flatMap((it) => it.consumers);
  return {
    name,
    producers,
    consumers: [...new Set(consumers)],
    rules: [
      { rule: committed, reason: whyCommitted },
      ...mode && whyMode !== undefined ? [{ rule: mode, reason: whyMode }] : [],
      permanenceOf(unit, keep),
    ],
  };
}

function permanenceOf(
  { isPermanent, whyPermanent, files }: Unit,
  keep: readonly string[],
): LearnedRule {
  const glob = keep.find((it) => files.some(isMatchOf(it)));
  if (!isPermanent && glob !== undefined) {
    return { rule: "permanent", reason: `"${glob}" is to be kept` };
  }
  const rule = isPermanent ? "permanent" : "not permanent";
  return { rule, reason: whyPermanent };
}

function isMatchOf(glob: string): (file: Decision) => boolean {
  const isMatch = compileGlob(glob);
  return ({ path, isGone }) => !isGone && isMatch(path);
}

function directoryChoice(
  { directory, listers, filler, last, dependencies = [] }: ListedDirectory,
): LearnedChoice {
  const name = directory === "" ? "." : directory;
  const reason = `${listers.join(", ")} ${
    listers.length > 1 ? "list" : "lists"
  } it`;
  return {
    name: `${name}/`.replace("./", "."),
    producers: filler ?? last ? [filler ?? last ?? ""] : [],
    consumers: listers,
    rules: [
      filler !== undefined
        ? { rule: "on_termination", reason: `${reason}, ${filler} fills it` }
        : {
          rule: "on_file",
          reason:
            `${reason}, several fill it: all ${dependencies.length} of this run`,
        },
    ],
  };
}
