import { dirname, join } from "@std/path";

const STAMP = { by: "1-00000000", time: 1 };

/** What a planted run says that its only member has made and finished. */
export interface PlantedEntry {
  readonly path: string;
  readonly kind?: "file" | "directory";
}

/** The three lines and more of a journal that would publish these entries. */
export function plantedLines(entries: readonly PlantedEntry[]): string[] {
  const events: readonly unknown[] = [
    { event: "join", app: "planted", pid: 1, ...STAMP },
    ...entries.map(({ path, kind = "file" }) => ({
      event: "make",
      path,
      kind,
      complete: true,
      ...STAMP,
    })),
    { event: "end", member: STAMP.by, ending: "left", ...STAMP },
  ];
  return events.map((event) => JSON.stringify(event));
}

/**
 * Plants a run in `capioDir` that would publish these entries, as a repository
 * or an archive brings it, with their files in its spool.
 */
export function plantRun(
  capioDir: string,
  entries: readonly PlantedEntry[],
  { firstLine, folder = "CAPIO" }: { firstLine?: string; folder?: string } = {},
): void {
  const base = join(capioDir, ".capio", folder);
  for (const name of ["spool", "members"]) {
    Deno.mkdirSync(join(base, name), { recursive: true, mode: 0o755 });
  }
  const lines = [firstLine ?? "", ...plantedLines(entries)];
  const journal = join(base, "journal");
  Deno.writeTextFileSync(journal, lines.join("\n") + "\n", { mode: 0o644 });
  for (const { path, kind } of entries) {
    if (kind === "directory") continue;
    const file = join(base, "spool", path);
    Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.writeTextFileSync(file, "planted");
  }
}
