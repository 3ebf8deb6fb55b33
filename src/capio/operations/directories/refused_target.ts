import type { Workspace } from "../../overlay/mod.ts";
import {
  ifPresent,
  lstatIfPresent,
  type Operation,
  removeTree,
  system,
} from "../../platform/mod.ts";
import type { Spool } from "../../workflow/mod.ts";

/**
 * Calls `act` with a target that the system refuses to replace with an entry at
 * `source`. Between memory and disk it would say only that these are two file
 * systems: there `act` gets a target like the right one beside the source.
 */
export function* withRefusedTarget(
  { folder, workflow }: Workspace,
  source: string | URL,
  target: string,
  act: (target: string) => Operation<void>,
): Operation<void> {
  const beside = (location: string): Spool =>
    folder.spoolAt(location) ?? "disk";
  const spool = beside(String(source));
  if (spool === beside(target)) return yield* act(target);
  // A name of its own: other calls go on while an asynchronous one is refused.
  const standIn = folder.secondName(workflow.id, workflow.newHandle(), spool);
  try {
    imitate(target, standIn);
    yield* act(standIn);
  } finally {
    ifPresent(() => removeTree(standIn));
  }
}

/** Makes an entry of the same kind, a directory with as little in it. */
function imitate(target: string, standIn: string): void {
  const info = lstatIfPresent(target);
  if (!info) return;
  if (!info.isDirectory) {
    return system.openSync(standIn, { write: true, createNew: true }).close();
  }
  system.mkdirSync(standIn);
  const [first] = system.readDirSync(target);
  if (first) system.mkdirSync(`${standIn}/entry`);
}
