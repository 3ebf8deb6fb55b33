/**
 * Everything that must hold besides the tests: formatting, lint, types of code
 * and of documentation examples, complete documentation of every export, what
 * is published, and the import rules under `src/`.
 *
 * Arguments limit it to the checks whose names contain one of them:
 * `deno task check types import`.
 *
 * @module
 */
import { documentationProblems } from "./check/documentation.ts";
import { publicEntries } from "./entries.ts";
import { markdownFiles, oversizedReadme } from "./check/markdown.ts";
import { importGraph } from "./check/import_graph.ts";
import { importViolations } from "./check/import_rules.ts";
import { MAY_IMPORT, SIDE_DOORS } from "./check/modules.ts";
import { publicationProblems } from "./check/publication.ts";
import { runDeno } from "./check/run_deno.ts";
import { stdConfigArgs } from "./std_config.ts";

/** Finds what is wrong; nothing when all is well. */
type Check = () => Promise<string[]> | string[];

const config = await stdConfigArgs();
const entries = publicEntries();

const checks: Record<string, Check> = {
  "formatting": denoPasses("fmt", "--check", ...config),
  "lint": denoPasses("lint", ...config),
  "types": denoPasses("check", ...config, "."),
  "types of documentation examples": denoPasses(
    "check",
    ...config,
    "--doc",
    ...entries,
    ...markdownFiles(),
  ),
  "documentation of every export": denoPasses(
    "doc",
    ...config,
    "--lint",
    ...entries,
  ),
  "examples and defaults in the documentation": () =>
    documentationProblems(config, entries),
  "publication": publicationProblems,
  "length of the README": oversizedReadme,
  "import rules": async () =>
    importViolations(await importGraph(config), MAY_IMPORT, SIDE_DOORS),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  if (Deno.args.length > 0 && !Deno.args.some((it) => name.includes(it))) {
    continue;
  }
  const problems = await check();
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}`);
  if (problems.length === 0) continue;
  failed++;
  console.log(problems.join("\n").trimEnd().replaceAll(/^/gm, "       "));
}
if (failed > 0) Deno.exit(1);

function denoPasses(...args: string[]): Check {
  return async () => {
    const { success, output } = await runDeno(args);
    return success ? [] : [output];
  };
}
