import { system } from "../../platform/mod.ts";

/** Returns whether there may be a `/proc` that this process may look into. */
export function mayLookIntoProc(): boolean {
  if (Deno.build.os !== "linux") return false;
  const { state } = Deno.permissions.querySync({ name: "read", path: "/proc" });
  return state === "granted";
}

/**
 * Returns what a look into `/proc` finds; `undefined` where there is none, or
 * where this process may not look into it.
 */
export function lookIntoProc<T>(look: () => T): T | undefined {
  if (!mayLookIntoProc()) return undefined;
  try {
    return look();
  } catch (error) {
    // Deno wants all permissions for that.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Returns the numbers of all processes. */
export function processIds(): number[] {
  return [...system.readDirSync("/proc")]
    .map(({ name }) => Number(name))
    .filter(Number.isInteger);
}

/** Returns a text about a process, unless it has ended or is another user's. */
export function textOf(pid: number, name: string): string | undefined {
  return ifThere(() => system.readTextFileSync(`/proc/${pid}/${name}`));
}

/** Returns the descriptors of a process, as far as they are known. */
export function descriptorsOf(pid: number): number[] {
  const entries = ifThere(() => [...system.readDirSync(`/proc/${pid}/fd`)]);
  return entries?.map(({ name }) => Number(name)) ?? [];
}

/** Returns the path that a descriptor of a process is open at. */
export function pathOfDescriptor(pid: number, fd: number): string | undefined {
  return ifThere(() => system.readLinkSync(`/proc/${pid}/fd/${fd}`));
}

/** Returns `undefined` for a process that has ended or is another user's. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
