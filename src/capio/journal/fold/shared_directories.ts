import type { EntryKind } from "../events/mod.ts";
import {
  type Creation,
  isOf,
  keyOfHome,
  newFile,
  onlyMember,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/**
 * Tells whether an entry that a machine makes is a directory that another one has
 * made already: it then is a directory of both.
 */
export function isShareable(
  present: WorkflowFile,
  kind: EntryKind,
  machine: string | undefined,
): boolean {
  return present.kind === "directory" && kind === "directory" &&
    !isOf(present, machine);
}

/**
 * Makes a directory that is there one of another machine, too. To its own members
 * this machine is the first one of them.
 */
export function share(
  state: WorkflowState,
  directory: WorkflowFile,
  { by, home }: Creation,
): void {
  const { alsoOf = new Map(), home: first } = directory;
  directory.alsoOf = alsoOf;
  if (home) {
    alsoOf.set(home.machine, home.number);
    state.foreign.set(keyOfHome(home), directory);
    return;
  }
  if (first) alsoOf.set(first.machine, first.number);
  directory.home = undefined;
  directory.namedBy = by;
  directory.writers = onlyMember(by);
  state.replicas.delete(directory.number);
  state.changes?.push({ file: directory, is: "created" });
}

/**
 * Takes a shared directory from a machine that removes or renames it. To the
 * others it is still there. Returns the entry that this machine goes on with;
 * `undefined` if it is none of its own.
 */
export function split(
  state: WorkflowState,
  directory: WorkflowFile,
  machine: string | undefined,
  { time }: { time: number },
): WorkflowFile | undefined {
  const { alsoOf = new Map<string, number>() } = directory;
  const { path, namedBy: by, phase } = directory;
  if (isOf(directory, machine)) {
    const [next] = alsoOf;
    if (!next) return directory;
    const home = { machine: next[0], number: next[1] };
    alsoOf.delete(home.machine);
    const rest = add(state, directory, { by, time, home });
    rest.alsoOf = alsoOf.size > 0 ? alsoOf : undefined;
    for (const [machine, number] of alsoOf) {
      state.foreign.set(keyOfHome({ machine, number }), rest);
    }
    state.paths.set(path, rest);
    directory.alsoOf = undefined;
    return directory;
  }
  if (machine === undefined) return undefined;
  const number = alsoOf.get(machine);
  if (number === undefined) return undefined;
  alsoOf.delete(machine);
  if (alsoOf.size === 0) directory.alsoOf = undefined;
  return add(state, directory, { by, time, home: { machine, number } });

  function add(
    state: WorkflowState,
    { path }: WorkflowFile,
    creation: Creation,
  ): WorkflowFile {
    const file = newFile(state.created++, path, "directory", creation);
    file.phase = phase;
    if (creation.home) state.foreign.set(keyOfHome(creation.home), file);
    if (phase !== "open") return file;
    state.pending.add(file);
    state.replicas.set(file.number, file);
    return file;
  }
}
