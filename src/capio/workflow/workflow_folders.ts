import {
  CapioError,
  ifPresent,
  lstatIfPresent,
  nameOfKind,
  pathOf,
  system,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";
import { resolveMemoryDirectory } from "./memory_directory.ts";
import { isSetAside } from "./set_aside.ts";
import { WorkflowFolder, workflowNameOf } from "./workflow_folder.ts";

/** Options of {@linkcode workflowFolders}. */
export interface WorkflowFoldersOptions {
  readonly shared?: "group";
  /** The directory in memory of the workflows, empty for none. */
  readonly memoryDir?: string | URL;
}

/**
 * Returns the folders of workflows under `.capio`, those of runs set aside too,
 * in the order of their names.
 *
 * @throws {CapioError} If `.capio` is a link, or anything but a directory.
 */
export function workflowFolders(
  capioDir: string,
  { shared, memoryDir = "" }: WorkflowFoldersOptions = {},
): WorkflowFolder[] {
  const memory = memoryDir === ""
    ? {}
    : { memoryDir: resolveMemoryDirectory(pathOf(memoryDir), capioDir) };
  const directory = `${capioDir}/${SYSTEM_DIRECTORY}`;
  const info = lstatIfPresent(directory);
  if (info && !info.isDirectory) {
    throw new CapioError(
      "UNTRUSTED",
      `Cannot use "${directory}": it must be a directory, found ${
        nameOfKind(info)
      }`,
    );
  }
  const entries = ifPresent(() => [...system.readDirSync(directory)]) ?? [];
  return entries.filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort()
    .flatMap((folderName) => {
      const workflowName = workflowNameOf(folderName);
      const isOther = folderName.includes(".") && !isSetAside(folderName);
      if (workflowName === undefined || isOther) return [];
      const options = { shared, folderName, ...memory };
      return [new WorkflowFolder(capioDir, workflowName, options)];
    });
}
