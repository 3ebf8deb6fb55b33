import { dependenciesOf } from "../cl/mod.ts";
import { SYSTEM_DIRECTORY } from "../platform/mod.ts";
import type { Waiting, WorkflowState } from "./state.ts";

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
  // Other members, or apps that are still to come, write what it depends on.
  if (file && dependenciesOf(file.rule)) return [];
  const apps = state.engine.producers(path);
  const writers = file?.writers ?? state.folders.get(path)?.writers;
  return [...state.members.values()]
    .filter(({ id, app, ending }) =>
      !ending && (apps.includes(app) || writers?.has(id))
    )
    .map(({ id }) => id);
}
