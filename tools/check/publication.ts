import { preparePublication } from "../bundle.ts";
import { walkFiles } from "./files.ts";
import { runDeno } from "./run_deno.ts";

const root = new URL("../../", import.meta.url);

/**
 * Why the package cannot be published, or how its files differ from those of
 * `dist/` and the files that git tracks under `publish.include` in `deno.json`.
 */
export async function publicationProblems(): Promise<string[]> {
  const config = await preparePublication();
  const { success, output } = await runDeno(
    ["publish", ...config, "--dry-run", "--allow-dirty"],
  );
  if (!success) return [output];
  const { publish } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", root)),
  );
  return listProblems(
    publishedFiles(output, root.href),
    [...await trackedFiles(publish.include), ...walkFiles("dist", "")],
  );
}

/** The files of a dry run, relative to the root; those of adapters left out. */
export function publishedFiles(dryRun: string, rootUrl: string): string[] {
  const prefix = `   ${rootUrl}`;
  return dryRun.split("\n")
    .filter((line) => line.startsWith(prefix))
    .map((line) => decodeURIComponent(line.slice(prefix.length)))
    .map((line) => line.replace(/ \([\d.]+\w+\)$/, ""))
    // The configuration always goes along, under whatever name it has here.
    .filter((path) =>
      !/^(tools\/std\/|deno\.((offline|publish)\.)?json$)/.test(path)
    );
}

/** What is published and should not be, and the other way round. */
export function listProblems(
  published: readonly string[],
  tracked: readonly string[],
): string[] {
  const isPublished = new Set(published);
  const isTracked = new Set(tracked);
  return [
    ...published.filter((path) => !isTracked.has(path)).map((path) =>
      `${path} would be published, and git does not track it: add or remove it`
    ),
    ...tracked.filter((path) => !isPublished.has(path)).map((path) =>
      `${path} would not be published: mend "publish" in deno.json`
    ),
    ...published.filter((path) => !belongsInPackage(path)).map((path) =>
      `${path} would be published, and is neither code nor documentation: move it out of the folders that "publish" in deno.json includes`
    ),
  ];
}

function belongsInPackage(path: string): boolean {
  if (path.startsWith("dist/")) return /\.js$|\.d\.ts$/.test(path);
  if (path.startsWith("src/")) return /(?<!_test)\.ts$/.test(path);
  return /^(mod\.ts|LICENSE|[A-Z]+\.md|docs\/.+\.(md|svg))$/.test(path);
}

async function trackedFiles(include: string[]): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--", ...include],
    cwd: root,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\0").filter((it) => it !== "");
}
