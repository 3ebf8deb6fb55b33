import { join } from "@std/path";
import { terminalText } from "../../internal/mod.ts";
import {
  CapioError,
  FileLock,
  lstatIfPresent,
  system,
} from "../platform/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** What comes between the folder's name and the time: no workflow has a dot. */
const INFIX = ".set-aside-";

/**
 * Sets a run aside, which is neither used nor lost: its folder gets another name
 * beside. The caller holds the workflow's lock.
 *
 * @param reason The beginning of what is told on standard error.
 * @param kept What has become of its files.
 * @throws {CapioError} If members take part in the run.
 */
export function setAside(
  folder: WorkflowFolder,
  reason: string,
  kept = "Nothing of it was used or removed",
): void {
  if (hasMembers(folder)) {
    throw new CapioError(
      "IN_USE",
      `Cannot take part in workflow "${folder.workflowName}" in "${folder.capioDir}": ${reason}, and is going on. Wait until it has ended, or use another workflow name`,
    );
  }
  const target = freeName(folder.base);
  system.renameSync(folder.base, target);
  const memory = folder.memory?.setAside(target.slice(folder.base.length));
  console.warn(
    `sluice: ${terminalText(reason)}. ${kept}: it was set aside as "${target}"${
      memory === undefined ? "" : ` and "${memory}"`
    }. "sluice recover --capio-dir ${folder.capioDir}" shows what it would publish; remove it if it is not needed`,
  );
}

/** Tells whether the name of an entry under `.capio` is that of a run set aside. */
export function isSetAside(name: string): boolean {
  return name.includes(INFIX);
}

/** Tells whether a process holds the lock of a member, of whichever version. */
export function hasMembers({ base }: WorkflowFolder): boolean {
  const members = join(base, "members");
  if (!lstatIfPresent(members)?.isDirectory) return false;
  return [...system.readDirSync(members)]
    .some(({ name }) => FileLock.isHeld(join(members, name)));
}

function freeName(base: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const name = `${base}${INFIX}${time}`;
  for (let n = 1;; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!lstatIfPresent(free)) return free;
  }
}
