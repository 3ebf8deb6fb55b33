const root = new URL("../../", import.meta.url);

/** Every page that a user or a developer reads. */
export function pages(): URL[] {
  return [...markdownFiles(root), ...markdownFiles(new URL("docs/", root))];
}

/** Pages for users, whose examples are run. */
export function pagesWithExamples(): URL[] {
  return [
    new URL("README.md", root),
    ...markdownFiles(new URL("docs/", root)),
  ].filter((url) => /^```(?:ts|sh)(?!.*no-eval)/m.test(textOf(url)));
}

function textOf(url: URL): string {
  return Deno.readTextFileSync(url);
}

function markdownFiles(directory: URL): URL[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ isFile, name }) => isFile && name.endsWith(".md"))
    .map(({ name }) => new URL(name, directory))
    .sort((one, other) => one.href.localeCompare(other.href));
}
