import { system } from "../platform/mod.ts";

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
  const { state } = Deno.permissions.querySync({ name: "read", path: "/proc" });
  if (Deno.build.os !== "linux" || state !== "granted") return [];
  try {
    return [...system.readDirSync("/proc")]
      .map(({ name }) => Number(name))
      .filter((pid) => Number.isInteger(pid) && isMarked(pid, mark));
  } catch {
    // Deno wants all permissions for that.
    return [];
  }
}

function isMarked(pid: number, mark: string): boolean {
  try {
    const environment = system.readTextFileSync(`/proc/${pid}/environ`);
    return environment.split("\0").includes(`${MARK}=${mark}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // It has ended, or is another user's.
    return false;
  }
}
