/**
 * Prints the pairs as a table in Markdown: `deno run -A tests/programs/table.ts`
 *
 * @module
 */
import { findPairs, type Pair, type StreamingRule } from "./pair.ts";

if (import.meta.main) {
  const rows = [
    ["producer", "consumer", "while it is written"],
    ["---", "---", "---"],
    ...(await findPairs()).map(rowOf),
  ];
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

function rowOf({ libraries, live, streaming = [], ...pair }: Pair): string[] {
  const [made, read] = libraries.map((names) => names.join(", "));
  return [
    `**${made}**: ${purposeOf(pair.producer)}`,
    `**${read}**: ${purposeOf(pair.consumer)}`,
    live
      ? `no: ${live.reason}; the user sees \`${live.sees}\``
      : ["works", ...streaming.flatMap(keptWhole)].join("; "),
  ];
}

/** What is read at its commit in that run, too. */
function keptWhole(rule: StreamingRule): string[] {
  if (rule.mode !== "update") return [];
  const { name = [], dirname = [] } = rule;
  return [`\`update\` for ${[...name, ...dirname].join(", ")}`];
}

/** How a program uses its files: its first comment. */
function purposeOf(program: string): string {
  const [comment] = /^(\/\/ .*\n)+/.exec(Deno.readTextFileSync(program)) ??
    [""];
  return comment.replaceAll(/^\/\/ /gm, "").trim().replaceAll("\n", " ");
}
