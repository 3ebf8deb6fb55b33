import type { WorkflowStatus } from "../observe/mod.ts";

/** The files of a step. */
interface StepFiles {
  readonly writes: string[];
  readonly reads: string[];
  /** The numbers of files that it has finished, lost, and read until they were. */
  written: number;
  lost: number;
  read: number;
}

const MOST_NAMED = 2;

/** Returns in words which files each app writes and reads. */
export function activitiesOf(
  status: Pick<WorkflowStatus, "files" | "readings"> | undefined,
): Map<string, string> {
  const apps = new Map<string, StepFiles>();
  const filesOf = (app: string) => {
    const known = apps.get(app);
    if (known) return known;
    const files = { writes: [], reads: [], written: 0, lost: 0, read: 0 };
    apps.set(app, files);
    return files;
  };
  const open = new Set<string>();
  for (const { path, phase, writers } of status?.files ?? []) {
    if (phase === "open") open.add(path);
    for (const app of writers) {
      const files = filesOf(app);
      switch (phase) {
        case "open":
          files.writes.push(path);
          break;
        case "committed":
          files.written++;
          break;
        case "lost":
          files.lost++;
          break;
      }
    }
  }
  for (const { app, path } of status?.readings ?? []) {
    if (open.has(path)) filesOf(app).reads.push(path);
    else filesOf(app).read++;
  }
  return new Map([...apps].map(([app, files]) => [app, describe(files)]));
}

/** Names some of many files. */
export function named(paths: readonly string[], most: number): string {
  const names = paths.slice(0, most).join(", ");
  const more = paths.length - most;
  return more > 0 ? `${names} and ${more} more` : names;
}

function describe({ writes, reads, written, lost, read }: StepFiles): string {
  return [
    ...(writes.length > 0 ? [`writes ${named(writes, MOST_NAMED)}`] : []),
    ...(written > 0 ? [`has written ${counted(written)}`] : []),
    ...(lost > 0 ? [`has lost ${counted(lost)}`] : []),
    ...(reads.length > 0 ? [`reads ${named(reads, MOST_NAMED)}`] : []),
    ...(read > 0 ? [`has read ${counted(read)}`] : []),
  ].join(" · ");
}

function counted(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}
