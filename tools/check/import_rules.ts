import { circles } from "./circles.ts";
import type { Import, ImportGraph } from "./import_graph.ts";

/** The modules under `src/` and which other modules each may import. */
export type MayImport = Readonly<Record<string, readonly string[]>>;

/**
 * The imports that break the rules, one line each.
 *
 * - A module imports only the modules that the table lists, and the table lists
 *   only what is imported.
 * - A folder is entered from outside through its `mod.ts`, if it has one; a
 *   module always has one. Side doors are files without imports, by which a
 *   program that has to start quickly enters.
 * - Files form no circles, and neither do folders; a folder and its parent are
 *   two folders.
 * - Packages of npm are imported where a call needs them: a project with a
 *   package.json of its own has others.
 */
export function importViolations(
  graph: ImportGraph,
  mayImport: MayImport,
  sideDoors: readonly string[] = [],
): string[] {
  const between = graph.imports.filter(({ to }) => isInSource(to));
  return [
    ...wrongModules(between, mayImport),
    ...unusedArrows(between, mayImport),
    ...passedDoors(
      between.filter(({ to }) => !sideDoors.includes(to)),
      new Set(graph.files),
    ),
    ...heavySideDoors(between, sideDoors),
    ...fileCircles(between),
    ...folderCircles(between),
    ...staticNpmImports(graph.imports),
  ];
}

function wrongModules(imports: Import[], mayImport: MayImport): string[] {
  return imports.flatMap(({ from, to }) => {
    const importer = moduleOf(from);
    const imported = moduleOf(to);
    if (importer === undefined || imported === importer) return [];
    if (imported && mayImport[importer]?.includes(imported)) return [];
    return `${from}: module "${importer}" may not import "${to}"`;
  });
}

function unusedArrows(imports: Import[], mayImport: MayImport): string[] {
  const used = new Set(
    imports.map(({ from, to }) => `${moduleOf(from)} ${moduleOf(to)}`),
  );
  return Object.entries(mayImport).flatMap(([importer, allowed]) =>
    allowed.filter((imported) => !used.has(`${importer} ${imported}`))
      .map((imported) =>
        `tools/check/modules.ts: module "${importer}" may import "${imported}" and does not, remove it there`
      )
  );
}

function passedDoors(imports: Import[], files: Set<string>): string[] {
  return imports.flatMap(({ from, to }) => {
    const folder = foldersEntered(from, to).find((folder) =>
      files.has(`${folder}/mod.ts`) || folder === `src/${moduleOf(to)}`
    );
    if (folder === undefined || to === `${folder}/mod.ts`) return [];
    return `${from}: imports "${to}" past "${folder}/mod.ts"`;
  });
}

function heavySideDoors(
  imports: Import[],
  sideDoors: readonly string[],
): string[] {
  return imports.filter(({ from }) => sideDoors.includes(from)).map((
    { from, to },
  ) => `${from}: imports "${to}", and a side door imports nothing`);
}

/** The folders that hold one file and not the other, the outermost first. */
function foldersEntered(from: string, to: string): string[] {
  const parts = folderOf(to).split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"))
    .filter((folder) => !from.startsWith(`${folder}/`));
}

function fileCircles(imports: Import[]): string[] {
  const edges = imports.map(({ from, to }) => [from, to] as const);
  return circles(edges).map((circle) =>
    `circle of files: ${[...circle, circle[0]].join(" -> ")}`
  );
}

function folderCircles(imports: Import[]): string[] {
  const crossing = imports.filter(({ from, to }) =>
    folderOf(from) !== folderOf(to)
  );
  const edges = crossing.map(({ from, to }) =>
    [folderOf(from), folderOf(to)] as const
  );
  return circles(edges).map((circle) => {
    const steps = circle.map((folder, index) => {
      const next = circle[(index + 1) % circle.length];
      const example = crossing.find(({ from, to }) =>
        folderOf(from) === folder && folderOf(to) === next
      );
      return `${example?.from} imports ${example?.to}`;
    });
    return `circle of folders: ${[...circle, circle[0]].join(" -> ")} (${
      steps.join(", ")
    })`;
  });
}

function staticNpmImports(imports: readonly Import[]): string[] {
  return imports
    .filter(({ to, isDynamic, isType }) =>
      to.startsWith("npm:") && !isDynamic && !isType
    )
    .map(({ from, to }) =>
      `${from}: imports "${to}" at its start, which a project with a package.json of its own does not have`
    );
}

function isInSource(path: string): boolean {
  return path.startsWith("src/");
}

function moduleOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
