import { lookIntoProc, processIds, textOf } from "./proc.ts";

/** The variable by which what a program has started is known on Linux. */
const MARK = "SLUICE_PROGRAM";

/** Returns the environment of a program that has a mark. */
export function markedWith(mark: string): Readonly<Record<string, string>> {
  return { [MARK]: mark };
}

/**
 * Finds the processes that have a mark, whoever their parent is by now. Finds
 * none where there is no `/proc`, or where this process may not look into it.
 */
export function findMarked(mark: string): number[] {
  const isMarked = (pid: number) =>
    textOf(pid, "environ")?.split("\0").includes(`${MARK}=${mark}`);
  return lookIntoProc(() => processIds().filter(isMarked)) ?? [];
}
