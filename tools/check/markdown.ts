import { walkFiles } from "./files.ts";

/** A newcomer reads no more before trying it. */
const MOST_README_LINES = 120;

const root = new URL("../../", import.meta.url);

/** Every page of documentation, whose examples must type-check. */
export function markdownFiles(): string[] {
  const top = [...Deno.readDirSync(root)].map((entry) => entry.name);
  const pages = top.filter((name) => name.endsWith(".md")).sort();
  return top.includes("docs") ? [...pages, ...walkFiles("docs", ".md")] : pages;
}

/** The README, if it has become too long to begin with. */
export function oversizedReadme(): string[] {
  const text = Deno.readTextFileSync(new URL("README.md", root));
  const lines = text.trimEnd().split("\n").length;
  if (lines <= MOST_README_LINES) return [];
  return [
    `README.md must have at most ${MOST_README_LINES} lines, found ${lines}: move the rest to docs/`,
  ];
}
