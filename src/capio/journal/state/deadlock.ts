import { dependenciesOf } from "../../cl/mod.ts";
import { SYSTEM_DIRECTORY } from "../../platform/mod.ts";
import { isCommitted } from "./completion.ts";
import { isOfStep } from "./steps.ts";
import type { Waiting, WorkflowFile, WorkflowState } from "./state.ts";

/**
 * The waits of members that wait for each other and for no other member. Only
 * such a member itself knows whether it has more to do than to wait, and goes on.
 */
export function deadlockedWaits(state: WorkflowState): readonly Waiting[] {
  const stuck = new Set([...state.waits.values()].map((it) => it.member));
  if (stuck.size < 2) return [];
  const waits = [...state.waits.values()]
    .map((wait) => ({ wait, blockers: blockersOf(state, wait) }));
  let size: number;
  do {
    size = stuck.size;
    for (const { wait, blockers } of waits) {
      const isStuck = blockers.length > 0 &&
        blockers.every((id) => stuck.has(id));
      if (!isStuck) stuck.delete(wait.member);
    }
  } while (stuck.size < size);
  return waits.map(({ wait }) => wait).filter(({ member }) =>
    stuck.has(member)
  );
}

/** The present members that could end a wait; empty where it is not known. */
function blockersOf(state: WorkflowState, { path }: Waiting): string[] {
  if (path.startsWith(`${SYSTEM_DIRECTORY}/`)) return [];
  const file = state.paths.get(path);
  if (file && isDecidedElsewhere(file)) return [];
  // Other members, or apps that are still to come, write what it depends on.
  if (file && unfinishedDependencies(state, file)) return [];
  return presentWriters(state, path, file);
}

/**
 * Tells whether nobody but these members can end the wait for a path, or for
 * `file`, which may have lost that name. The answer is no where it is not known.
 */
export function onlyTheyEndIt(
  state: WorkflowState,
  members: ReadonlySet<string>,
  path: string,
  file: WorkflowFile | undefined = state.paths.get(path),
  above: readonly string[] = [],
): boolean {
  if (above.includes(path)) return false;
  // The other machines do not say here what their members wait for.
  if (file ? isDecidedElsewhere(file) : hasOthers(state)) return false;
  const dependencies = file && unfinishedDependencies(state, file);
  if (dependencies) {
    return dependencies.some((it) =>
      onlyTheyEndIt(state, members, it, undefined, [...above, path])
    );
  }
  const { engine } = state;
  const producers = engine.producers(path);
  const isUnknown = !file && producers.length === 0;
  if (isUnknown && !(engine.hasGraph && engine.isDeclared(path))) return false;
  const apps = isUnknown ? engine.apps : producers;
  // An app that is still to come may do it.
  if (!apps.every((app) => state.apps.has(app))) return false;
  const blockers = isUnknown
    ? presentMembers(state)
    : presentWriters(state, path, file);
  return blockers.length > 0 && blockers.every((id) => members.has(id));
}

/** What a file depends on and waits for; after that it waits for its writers. */
function unfinishedDependencies(
  state: WorkflowState,
  { rule }: WorkflowFile,
): readonly string[] | undefined {
  const unfinished = dependenciesOf(rule)
    ?.filter((path) => !isCommitted(state, path));
  return unfinished && unfinished.length > 0 ? unfinished : undefined;
}

/** Tells whether a line of another machine, or of the agent, ends a wait. */
function isDecidedElsewhere({ home, claim }: WorkflowFile): boolean {
  return home !== undefined || claim !== undefined;
}

/** Tells whether other machines take part whose members may make anything. */
function hasOthers({ machines, machine }: WorkflowState): boolean {
  return machines.values().some(({ name, is }) =>
    name !== machine && is === "here"
  );
}

function presentMembers(state: WorkflowState): string[] {
  return [...state.members.values()]
    .filter((member) => !member.ending && isOfStep(state, member))
    .map(({ id }) => id);
}

/** The present members that write a file, or fill a directory. */
function presentWriters(
  state: WorkflowState,
  path: string,
  file: WorkflowFile | undefined,
): string[] {
  const apps = state.engine.producers(path);
  const writers = file?.writers ?? state.folders.get(path)?.writers;
  return [...state.members.values()]
    .filter(({ id, app, ending }) =>
      !ending && (apps.includes(app) || writers?.has(id))
    )
    .map(({ id }) => id);
}
