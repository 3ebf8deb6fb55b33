import { walkFiles } from "./files.ts";

/** One import statement, type imports included. */
export interface Import {
  /** The importing file, relative to the root of the repository. */
  readonly from: string;
  /** The imported file, relative to the root, or a full specifier of another. */
  readonly to: string;
  /** A call of `import()`, which is only resolved when it runs. */
  readonly isDynamic: boolean;
  /** An import of types alone, of which nothing is left when it runs. */
  readonly isType?: boolean;
}

/** Every file that is published, and what each imports. */
export interface ImportGraph {
  readonly files: readonly string[];
  readonly imports: readonly Import[];
}

interface ModuleInfo {
  specifier: string;
  dependencies?: {
    specifier: string;
    isDynamic?: boolean;
    code?: { specifier?: string };
    type?: { specifier?: string };
  }[];
}

const root = new URL("../../", import.meta.url).href;

/** The imports of all files under `src/`, those that no entry reaches too. */
export async function importGraph(config: string[]): Promise<ImportGraph> {
  const files = ["mod.ts", ...walkFiles("src", ".ts")];
  const modules = await modulesReachedFrom(files, config);
  const imports = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.flatMap(({ specifier: written, code, type, isDynamic }) =>
      [code, type].filter((it) => it !== undefined).map((target) => ({
        from: relative(specifier),
        to: relative(target.specifier ?? written),
        isDynamic: isDynamic ?? false,
        isType: code === undefined,
      }))
    )
  );
  const isOurs = new Set(files);
  return { files, imports: imports.filter(({ from }) => isOurs.has(from)) };
}

async function modulesReachedFrom(
  files: readonly string[],
  config: string[],
): Promise<ModuleInfo[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = files.map((file) => `import ${JSON.stringify(root + file)};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      { args: ["info", "--json", ...config, entry] },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout)).modules;
  } finally {
    await Deno.remove(entry);
  }
}

function relative(specifier: string): string {
  return specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
}
