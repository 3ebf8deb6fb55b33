/** The rooms under `src/` and which other rooms each may import. */
const MAY_IMPORT: Record<string, string[]> = {
  cli: ["capio", "lines", "tstorage", "store", "events", "streams", "internal"],
  capio: ["streams", "internal"],
  lines: ["streams", "internal"],
  tstorage: ["streams", "internal"],
  store: ["events", "streams", "internal"],
  events: ["streams", "internal"],
  streams: ["internal"],
  internal: [],
};

interface ModuleGraph {
  modules: {
    specifier: string;
    dependencies?: { specifier: string; code?: { specifier?: string } }[];
  }[];
}

/**
 * The imports that break the rules, one line each: a room imports only rooms
 * it may enter, and those only through their `mod.ts`.
 */
export async function roomViolations(
  entries: string[],
  config: string[],
): Promise<string[]> {
  const violations = new Set<string>();
  for (const entry of entries) {
    const graph = await moduleGraph(entry, config);
    for (const { specifier, dependencies = [] } of graph.modules) {
      for (const { code } of dependencies) {
        const broken = violation(specifier, code?.specifier ?? "");
        if (broken) violations.add(broken);
      }
    }
  }
  return [...violations];
}

async function moduleGraph(
  entry: string,
  config: string[],
): Promise<ModuleGraph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...config, entry],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function violation(importer: string, imported: string): string | undefined {
  const from = location(importer);
  const to = location(imported);
  if (!from || !to || from.room === to.room) return undefined;
  if (!MAY_IMPORT[from.room]?.includes(to.room)) {
    return `${from.path}: room "${from.room}" may not import room "${to.room}"`;
  }
  if (to.file !== "mod.ts") {
    return `${from.path}: imports ${to.path} past its room's mod.ts`;
  }
  return undefined;
}

function location(specifier: string) {
  const match = /\/(src\/([^/]+)\/(.+))$/.exec(specifier);
  if (!specifier.startsWith("file:") || !match) return undefined;
  const [, path, room, file] = match;
  return { path, room, file };
}
