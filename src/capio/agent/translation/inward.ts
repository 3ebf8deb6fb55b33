import {
  isOf,
  type JournalEvent,
  keyOfHome,
  pathsBelow,
  type WorkflowFile,
  type WorkflowState,
} from "../../journal/mod.ts";

/** A change of the replicas, or of their names in the spool. */
export type ReplicaOperation =
  /** Makes an empty replica, unless it is there, and gives it a name. */
  | {
    readonly type: "create";
    readonly replica: string;
    readonly path: string;
    /** Set when another replica of the same machine has the name. */
    readonly replaces: boolean;
  }
  /** Makes a directory, unless it is there. */
  | { readonly type: "directory"; readonly path: string }
  /** Gives a replica another name. */
  | {
    readonly type: "rename";
    readonly replica: string;
    readonly from: string;
    readonly to: string;
  }
  /** Takes a replica's name, unless something else has it by now. */
  | {
    readonly type: "unname";
    readonly replica: string;
    readonly path: string;
  }
  /** Removes a directory, unless something is in it. */
  | { readonly type: "removeDirectory"; readonly path: string };

/** Returns the name of the replica of a file, `undefined` for a local file. */
export function replicaOf({ home }: WorkflowFile): string | undefined {
  return home && `${home.machine}.${home.number}`;
}

/**
 * Returns what is done to the spool before a line of another machine is appended
 * to the local journal, so that local members find what the line tells of. Done
 * once more, the operations change nothing.
 *
 * @param state The state before the line.
 */
export function replicaOperations(
  state: WorkflowState,
  event: JournalEvent,
): ReplicaOperation[] {
  const machine = event.via?.machine;
  if (machine === undefined || machine === state.machine) return [];
  if (state.machines.get(machine)?.is === "lost") return [];
  switch (event.event) {
    case "open":
      return event.made === undefined
        ? []
        : made(state, { ...event, machine, number: event.made, kind: "file" });
    case "make":
      return event.made === undefined
        ? []
        : made(state, { ...event, machine, number: event.made });
    case "rename":
      return renamed(state, event.from, event.to, machine);
    case "remove":
      return removed(state, event.path, machine);
    case "lost": {
      const number = event.file;
      const file = state.foreign.get(keyOfHome({ machine, number }));
      const replica = file && replicaOf(file);
      if (!event.unnamed || !replica || file.unlinked) return [];
      return [{ type: "unname", replica, path: file.path }];
    }
    case "join":
    case "end":
    case "rules":
    case "close":
    case "rewrite":
    case "committed":
    case "machine":
    case "moving":
    case "publish":
    case "input":
    case "miss":
    case "found":
    case "seen":
    case "list":
    case "given":
    case "read":
    case "size":
    case "wait":
    case "await":
    case "whole":
    case "space":
    case "confirmed":
    case "checkpoint":
      return [];
  }
}

function made(
  state: WorkflowState,
  entry: {
    readonly path: string;
    readonly machine: string;
    readonly number: number;
    readonly kind: "file" | "directory" | "symlink";
  },
): ReplicaOperation[] {
  const { path, machine, number, kind } = entry;
  if (state.foreign.has(keyOfHome({ machine, number }))) return [];
  const present = state.paths.get(path);
  switch (kind) {
    case "symlink":
      return [];
    case "directory":
      if (present && present.kind !== "directory") return [];
      return [{ type: "directory", path }];
    case "file": {
      // A file whose claim comes later makes way.
      const isTaken = present && !isOf(present, machine) &&
        present.claim !== path;
      if (isTaken) return [];
      const replica = `${machine}.${number}`;
      const replaces = present !== undefined;
      return [{ type: "create", replica, path, replaces }];
    }
  }
}

function renamed(
  state: WorkflowState,
  from: string,
  to: string,
  machine: string,
): ReplicaOperation[] {
  if (from === to) return [];
  const operations: ReplicaOperation[] = [];
  const directories: string[] = [];
  const names = pathsBelow(state, from)
    .toSorted((a, b) => a.length - b.length);
  const target = state.paths.get(to);
  // A file that is put into the place of another one replaces it at once.
  const source = state.paths.get(from);
  const replacesFile = source?.kind === "file" && isOf(source, machine) &&
    target?.kind === "file";
  if (!replacesFile) operations.push(...removed(state, to, machine));
  for (const name of names) {
    const file = state.paths.get(name);
    if (!file || !isOneOf(file, machine)) continue;
    const path = to + name.slice(from.length);
    const other = state.paths.get(path);
    if (file.kind === "directory") {
      operations.push({ type: "directory", path });
      if (!file.alsoOf) directories.push(name);
      continue;
    }
    const replica = replicaOf(file);
    if (replica === undefined) continue;
    // One of another machine has the name, and keeps it.
    const isTaken = other && !isOf(other, machine);
    operations.push(
      isTaken
        ? { type: "unname", replica, path: name }
        : { type: "rename", replica, from: name, to: path },
    );
  }
  for (const path of directories.toReversed()) {
    operations.push({ type: "removeDirectory", path });
  }
  return operations;
}

function removed(
  state: WorkflowState,
  path: string,
  machine: string,
): ReplicaOperation[] {
  const operations: ReplicaOperation[] = [];
  const names = pathsBelow(state, path)
    .toSorted((a, b) => b.length - a.length);
  for (const name of names) {
    const file = state.paths.get(name);
    if (!file || !isOf(file, machine)) continue;
    const replica = replicaOf(file);
    if (file.kind === "directory") {
      // To the other machines that have made it, it is still there.
      if (file.alsoOf) continue;
      operations.push({ type: "removeDirectory", path: name });
    } else if (replica !== undefined) {
      operations.push({ type: "unname", replica, path: name });
    }
  }
  return operations;
}

/** Tells whether a machine has made an entry, perhaps as one of several. */
function isOneOf(file: WorkflowFile, machine: string): boolean {
  return isOf(file, machine) || file.alsoOf?.has(machine) === true;
}
