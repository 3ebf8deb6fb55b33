/**
 * Makes `dist/`, which is published and not committed: the preload and the
 * command line as few files. Deno looks at every file of a program before it
 * runs the first one, also at those behind a dynamic import, so 200 files that a
 * step needs cost more than all that they do.
 *
 * A program that imports the package under this preload has two copies of it;
 * `src/capio/session/copies.ts` says how they stay one.
 *
 * ```sh
 * deno task bundle
 * ```
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { compiledAtOnce, functionsOfStart } from "./eager_functions.ts";
import { stdConfigArgs } from "./std_config.ts";

const root = new URL("../", import.meta.url);

/** What is bundled: the first entry of each is what the package exports. */
const BUNDLES = [
  {
    folder: "preload",
    // The other entries keep their code in files of their own: one that runs
    // before any other can fail in an old Deno, and one whose functions are not
    // on the stack when an error is made, see the preload.
    entries: [
      "src/capio/session/preload.ts",
      "src/capio/session/deno_version.ts",
      "src/capio/session/whole_program.ts",
    ],
    types: "export {};",
  },
  {
    folder: "cli",
    entries: ["src/cli/mod.ts", "src/cli/deno_version.ts"],
    types: 'export * from "../../src/cli/mod.ts";',
  },
];

/** The exports of the published package that lead to `dist/`. */
const BUNDLED_EXPORTS = {
  "./preload": "./dist/preload/preload.js",
  "./cli": "./dist/cli/mod.js",
};

const dist = new URL("dist/", root);

/**
 * Makes `dist/` and `deno.publish.json`, the configuration that publishes it, and
 * returns the arguments for `deno publish`.
 */
export async function preparePublication(): Promise<string[]> {
  await bundle(dist);
  const [, given] = await stdConfigArgs();
  const file = given.slice(given.lastIndexOf("/") + 1);
  const config = JSON.parse(await Deno.readTextFile(new URL(file, root)));
  Object.assign(config.exports, BUNDLED_EXPORTS);
  config.publish.include.push("dist");
  // It is git-ignored.
  config.publish.exclude = ["!dist"];
  const target = new URL("deno.publish.json", root);
  await Deno.writeTextFile(target, `${JSON.stringify(config, null, 2)}\n`);
  return ["--config", pathOf(target)];
}

/** Packages that are loaded where a call needs them. */
const EXTERNAL = [
  "cli-progress",
  "@nats-io/jetstream",
  "@nats-io/nats-core/internal",
];

/** Writes the bundles into a folder. */
export async function bundle(target: URL): Promise<void> {
  const config = await stdConfigArgs();
  await Deno.remove(target, { recursive: true }).catch(() => {});
  for (const { folder, entries, types } of BUNDLES) {
    const out = new URL(`${folder}/`, target);
    await inReadableForm(async (readable) => {
      const files = entries.map((it) => pathOf(new URL(it, root)));
      await runBundler(files, readable, config);
      await rewrite(readable, (code) => namingClasses(withPlaces(code)));
      const bundled = entries
        .map((it) => pathOf(new URL(`${nameOf(it)}.js`, readable)));
      // Every 100 KB of text cost the start of a step nearly a millisecond.
      await runBundler(bundled, out, [...config, "--minify"]);
    });
    await addTypes(out, entries[0], types);
  }
  const preload = new URL("preload/preload.js", target);
  const functions = await functionsOfStart(preload);
  await rewrite(
    new URL("./", preload),
    (code, file) => compiledAtOnce(code, functions.get(file.href) ?? []),
  );
}

/** Has a folder for a bundle that is not minified yet, while `fn` runs. */
async function inReadableForm(
  fn: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "sluice-" });
  try {
    await fn(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function rewrite(
  folder: URL,
  change: (code: string, file: URL) => string,
): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const file = new URL(name, folder);
    await Deno.writeTextFile(file, change(await Deno.readTextFile(file), file));
  }
}

async function runBundler(
  entries: readonly string[],
  out: URL,
  args: readonly string[],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--code-splitting",
      `--outdir=${pathOf(out)}`,
      ...EXTERNAL.map((name) => `--external=${name}`),
      ...args,
      ...entries,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Lets the code find the bundled preload where the source has its own. */
function withPlaces(code: string): string {
  return code.replaceAll(
    'import.meta.resolve("../session/preload.ts")',
    'import.meta.resolve("../preload/preload.js")',
  );
}

/**
 * Has classes keep the names that they have in the source, for errors that users
 * report. Functions lose theirs: to give each one its name takes the start of a
 * step a millisecond.
 */
function namingClasses(code: string): string {
  return code.replace(
    /^ *(?:(?:var|let|const) ([\w$]+) = )?class(?: ([\w$]+))?(?: extends .+)? \{$/gm,
    (line, variable, name) => {
      const value = JSON.stringify(variable ?? name);
      return `${line}static{Object.defineProperty(this,"name",{value:${value},configurable:true})}`;
    },
  );
}

/** JSR wants types for what a package exports. */
async function addTypes(
  folder: URL,
  entry: string,
  types: string,
): Promise<void> {
  const name = nameOf(entry);
  const file = new URL(`${name}.js`, folder);
  const source = await Deno.readTextFile(new URL(entry, root));
  const doc = /^\/\*\*[^]*?\*\/\n/.exec(source)?.[0] ?? "";
  await Deno.writeTextFile(new URL(`${name}.d.ts`, folder), `${doc}${types}\n`);
  const code = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    `// @ts-self-types="./${name}.d.ts"\n${code}`,
  );
}

/** The name of a source file, without its folder and extension. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1, -".ts".length);
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname).replace(/^\/(\w:)/, "$1");
}

if (import.meta.main) await preparePublication();
