import { delay } from "@std/async";
import { CapioError, system } from "../../platform/mod.ts";
import {
  descriptorsOf,
  lookIntoProc,
  mayLookIntoProc,
  pathOfDescriptor,
  processIds,
  textOf,
} from "./proc.ts";

/** Time in which what a program has opened is seen, in ms. */
const SEEN_MILLISECONDS = 5;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** When it was started, in hundredths of a second after the system was. */
  readonly begun: number;
}

/**
 * Returns a check that a program has opened its pipe once: two readers that open it at the
 * same moment would share the bytes. Processes that inherit the descriptor of
 * another count as one reader. The check is made when it has just opened it, and
 * can be repeated. It finds nothing where there is no `/proc`, or where
 * this process may not look into it.
 *
 * @param pid The process of the program.
 * @returns The check; it throws a `CapioError` if it has opened it twice.
 */
export function oneReaderCheck(
  path: string,
  given: string,
  pid: number,
): () => Promise<void> {
  if (!mayLookIntoProc()) return () => Promise.resolve();
  const opened = ticksNow();
  return async () => {
    // A shell has two descriptors for a moment when it redirects.
    for (let looks = 0; looks < 2; looks++) {
      await delay(SEEN_MILLISECONDS);
      if (!hasSeveralReaders(path, pid, opened)) return;
    }
    throw new CapioError(
      "PROGRAM_FAILED",
      `The pipe for "${given}" was opened twice: use {file:${given}}`,
    );
  };
}

function hasSeveralReaders(path: string, pid: number, opened: number): boolean {
  const count = lookIntoProc(() => countReaders(path, pid, opened));
  return count !== undefined && count > 1;
}

function countReaders(path: string, pid: number, opened: number): number {
  const processes = findProcesses();
  const children = Map.groupBy(processes, ({ parent }) => parent);
  let count = 0;
  const look = ({ pid, begun }: Process, hasAbove: boolean) => {
    const here = countDescriptors(pid, path);
    // Nobody had it open before, so that an older process has opened it itself.
    const isInherited = hasAbove && begun >= opened - 1;
    if (!isInherited) count += here;
    for (const child of children.get(pid) ?? []) {
      look(child, hasAbove || here > 0);
    }
  };
  const program = processes.find((it) => it.pid === pid);
  if (program) look(program, false);
  return count;
}

function findProcesses(): Process[] {
  return processIds().flatMap((pid) => {
    const stat = textOf(pid, "stat");
    if (stat === undefined) return [];
    // The name of the program, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, begun] = [Number(fields[1]), Number(fields[19])];
    return [{ pid, parent, begun }];
  });
}

/** The time since the start of the system, in the unit of `begun`. */
function ticksNow(): number {
  try {
    return Math.floor(
      parseFloat(system.readTextFileSync("/proc/uptime")) * 100,
    );
  } catch {
    // Deno wants all permissions for that, and finds no reader without them.
    return 0;
  }
}

function countDescriptors(pid: number, path: string): number {
  return descriptorsOf(pid)
    .map((fd) => pathOfDescriptor(pid, fd))
    .filter((it) => it === path || it === `${path} (deleted)`)
    .length;
}
