import {
  descriptorsOf,
  lookIntoProc,
  pathOfDescriptor,
  processIds,
  textOf,
} from "./proc.ts";

/** A process that has a file open for writing. */
export interface HolderProcess {
  readonly pid: number;
  readonly name: string;
}

/** How to look for the holders of a file. */
export interface HolderSearch {
  /** Where it lies. */
  readonly location: string;
  /** Whether the files below it count. */
  readonly isDirectory?: boolean;
  /** Numbers of descriptors under which processes have it without knowing. */
  readonly copies: ReadonlySet<number>;
  /** Processes that do not count. */
  readonly others: ReadonlySet<number>;
}

/**
 * Finds the processes that have a file open for writing: in `/proc` on Linux, with
 * `lsof` elsewhere. Where neither can be used, none is found.
 */
export function findHolders(search: HolderSearch): Promise<HolderProcess[]> {
  if (Deno.build.os === "windows") return Promise.resolve([]);
  const found = lookIntoProc(() => findInProc(search));
  return found ? Promise.resolve(found) : findWithLsof(search);
}

/** Shows holders in a message. */
export function shownHolders(holders: readonly HolderProcess[]): string {
  return holders.map(({ name, pid }) => `"${name}" (process ${pid})`)
    .join(", ");
}

function findInProc(
  { location, isDirectory, copies, others }: HolderSearch,
): HolderProcess[] {
  const isWanted = (path: string) =>
    path === location ||
    isDirectory === true && path.startsWith(`${location}/`);
  return processIds()
    .filter((pid) => !others.has(pid) && pid !== Deno.pid)
    .filter((pid) => holds(pid, isWanted, copies))
    .map((pid) => ({
      pid,
      name: textOf(pid, "comm")?.trim() ?? "a program",
    }));
}

function holds(
  pid: number,
  isWanted: (path: string) => boolean,
  copies: ReadonlySet<number>,
): boolean {
  return descriptorsOf(pid).some((fd) => {
    if (copies.has(fd)) return false;
    const path = pathOfDescriptor(pid, fd);
    if (path === undefined || !isWanted(path)) return false;
    const info = textOf(pid, `fdinfo/${fd}`);
    // The last digit of the octal flags tells how it was opened.
    return info !== undefined && !/^flags:\s*\d*[04]$/m.test(info);
  });
}

async function findWithLsof(
  { location, isDirectory, copies, others }: HolderSearch,
): Promise<HolderProcess[]> {
  try {
    const command = new Deno.Command("lsof", {
      args: ["-w", "-F", "pcfa", ...isDirectory ? ["+D"] : ["--"], location],
      stdin: "null",
    });
    const { stdout } = await command.output();
    return parseLsof(new TextDecoder().decode(stdout), copies)
      .filter(({ pid }) => !others.has(pid) && pid !== Deno.pid);
  } catch {
    return [];
  }
}

/** Reads the output of `lsof -F pcfa`: a letter and a value on each line. */
export function parseLsof(
  text: string,
  copies: ReadonlySet<number>,
): HolderProcess[] {
  const holders = new Map<number, HolderProcess>();
  let pid = 0;
  let name = "";
  let fd = "";
  for (const line of text.split("\n")) {
    const value = line.slice(1);
    if (line[0] === "p") [pid, name] = [Number(value), "a program"];
    else if (line[0] === "c") name = value;
    else if (line[0] === "f") fd = value;
    else if (line[0] === "a" && /[wu]/.test(value)) {
      if (!copies.has(parseInt(fd))) holders.set(pid, { pid, name });
    }
  }
  return [...holders.values()];
}
