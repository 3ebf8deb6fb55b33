/** Kinds of file systems that one machine has for itself. */
const LOCAL: ReadonlySet<string> = new Set([
  "btrfs",
  "ext2",
  "ext3",
  "ext4",
  "f2fs",
  "overlay",
  "tmpfs",
  "xfs",
  "zfs",
]);

/**
 * Returns whether a directory is known to lie on a file system of this machine
 * alone, from the system's table of mounts. To ask the system itself takes
 * `node:fs`, which costs more than all else that starts a step.
 */
export function isOnLocalDisk(directory: string): boolean {
  try {
    const path = `${Deno.realPathSync(directory)}/`;
    let longest = "";
    let kind = "";
    for (const line of Deno.readTextFileSync(MOUNTS).split("\n")) {
      // ID PARENT MAJOR:MINOR ROOT POINT OPTIONS TAGS... - KIND SOURCE OPTIONS
      const [before, after] = line.split(" - ");
      const [, , , , point] = before.split(" ");
      if (!point || !after) continue;
      const prefix = point === "/" ? point : `${unescaped(point)}/`;
      // A later mount covers an earlier one at the same point.
      if (prefix.length < longest.length || !path.startsWith(prefix)) continue;
      longest = prefix;
      [kind] = after.split(" ", 1);
    }
    return LOCAL.has(kind);
  } catch {
    return false;
  }
}

const MOUNTS = "/proc/self/mountinfo";

/** The table has an octal escape for a space, for instance. */
function unescaped(point: string): string {
  return point.replace(
    /\\([0-7]{3})/g,
    (_, code) => String.fromCharCode(parseInt(code, 8)),
  );
}
