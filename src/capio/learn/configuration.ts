import type {
  CapioClApp,
  CapioClConfig,
  CapioClStreamingRule,
} from "../cl/mod.ts";
import type { ListedDirectory } from "./directories.ts";
import { asEntry } from "./families.ts";
import type { Unit } from "./units.ts";

/** What a configuration is made of. */
export interface ConfigurationParts {
  readonly name: string;
  readonly steps: readonly string[];
  readonly units: readonly Unit[];
  readonly listed: readonly ListedDirectory[];
  /** Globs for files to keep besides. */
  readonly keep: readonly string[];
}

/** Writes what was decided as a configuration. */
export function configurationOf(
  { name, steps, units, listed, keep }: ConfigurationParts,
): CapioClConfig {
  const kept = units.filter(({ isPermanent }) => isPermanent)
    .map(({ name }) => name);
  return {
    version: 1,
    name,
    aliases: [],
    ioGraph: steps.map((step) => appOf(step, units, listed)),
    permanent: [...new Set([...kept, ...keep])],
    exclude: [],
    homeNodePolicies: { create: [], hashing: [], manual: [] },
    storage: { memory: [], fs: [] },
  };
}

function appOf(
  step: string,
  units: readonly Unit[],
  listed: readonly ListedDirectory[],
): CapioClApp {
  const filled = listed.filter(({ filler }) => filler === step);
  const read = listed.filter(({ listers }) => listers.includes(step));
  // What a later run puts there under other names belongs to it, too.
  const namesOf = (directories: readonly ListedDirectory[]) =>
    outermost(directories).flatMap((it) =>
      it.filler === undefined
        ? [directoryName(it)]
        : [directoryName(it), `${directoryName(it)}/*`]
    );
  const made = units.filter(({ producers }) => producers.includes(step));
  return {
    name: step,
    inputStream: unique([
      ...units.flatMap((unit) => inputsOf(step, unit)),
      ...namesOf(read),
    ]),
    outputStream: unique([
      ...made.map(({ name }) => name),
      ...namesOf(filled),
    ]),
    streaming: [
      ...rulesOf(made.filter(({ producers }) => producers[0] === step)),
      ...directoryRules(step, listed),
    ],
  };
}

/** The glob, for a step that reads all of its files; else those that it reads. */
function inputsOf(step: string, { name, isGlob, files }: Unit): string[] {
  const read = files.filter(({ consumers }) => consumers.includes(step));
  if (read.length === 0) return [];
  return isGlob && read.length === files.length
    ? [name]
    : read.map(({ path }) => asEntry(path));
}

/** One rule for all files with the same rule. */
function rulesOf(units: readonly Unit[]): CapioClStreamingRule[] {
  const groups = Map.groupBy(
    units,
    ({ committed, mode }) => `${committed} ${mode}`,
  );
  return [...groups.values()].map((group) => {
    const [{ committed, mode }] = group;
    return {
      kind: "file",
      paths: group.map(({ name }) => name),
      committed: committed === "on_close"
        ? { type: committed, count: 1 }
        : { type: committed },
      ...(mode && { mode }),
    };
  });
}

function directoryRules(
  step: string,
  listed: readonly ListedDirectory[],
): CapioClStreamingRule[] {
  const filled = listed.filter(({ filler }) => filler === step)
    .map(directoryName);
  const ended: CapioClStreamingRule[] = filled.length === 0 ? [] : [{
    kind: "directory",
    paths: filled,
    committed: { type: "on_termination" },
    mode: "update",
  }];
  const others = listed.filter(({ last }) => last === step);
  return [
    ...ended,
    ...others.map((it) => ({
      kind: "directory" as const,
      paths: [directoryName(it)],
      committed: {
        type: "on_file" as const,
        dependencies: it.dependencies ?? [],
      },
      mode: "update" as const,
    })),
  ];
}

/** Leaves out those that lie in another one which the same step fills. */
function outermost(
  listed: readonly ListedDirectory[],
): readonly ListedDirectory[] {
  return listed.filter(({ directory, filler }) =>
    !listed.some((it) =>
      it.filler !== undefined && it.filler === filler &&
      directory.startsWith(`${it.directory}/`)
    )
  );
}

function directoryName({ directory }: ListedDirectory): string {
  return directory === "" ? "." : asEntry(directory);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
