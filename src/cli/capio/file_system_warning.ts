import { sharedFileSystem } from "../../capio/mod.ts";
import { terminalText } from "../../internal/mod.ts";

/** Says what is not promised on the file system of a directory, if anything. */
export function fileSystemWarning(capioDir: string): string | undefined {
  const name = sharedFileSystem(capioDir);
  return name && terminalText(
    `"${capioDir}" lies on ${name}, which may keep no locks and report no changes: for steps on several machines nothing is promised, and readers may get bytes up to 100 ms late`,
  );
}
