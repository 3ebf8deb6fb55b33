import { shownMessage } from "../../command/mod.ts";
import { isOnLocalDisk } from "./local_file_system.ts";

/** Says what is not promised on the file system of a directory, if anything. */
export async function fileSystemWarning(
  capioDir: string,
): Promise<string | undefined> {
  if (isOnLocalDisk(capioDir)) return undefined;
  const { sharedFileSystem } = await import("../../../capio/mod.ts");
  const name = sharedFileSystem(capioDir);
  return name && shownMessage(
    `"${capioDir}" lies on ${name}, which may keep no locks and report no changes: for steps on several machines nothing is promised, and readers may get bytes up to 100 ms late`,
  );
}
