import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const text = Deno.readTextFileSync(new URL("ARCHITECTURE.md", root));

/** A path from the root of the repository, as the page writes it. */
const PATH =
  /^(?:\.ci|\.github|bench|docs|examples|src|tests|tools)\/[\w./-]*$|^[\w.]+\.(?:json|md|ts)$/;

const named = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code)
  .filter((code) => PATH.test(code));

Deno.test("every file and folder that ARCHITECTURE.md names is there", () => {
  const missing = named.filter((path) => !isThere(path));
  assertEquals(missing, []);
});

Deno.test("ARCHITECTURE.md names every folder under src/", () => {
  const unnamed = foldersBelow("src/").filter((path) => !named.includes(path));
  assertEquals(unnamed, []);
});

function isThere(path: string): boolean {
  try {
    const { isDirectory } = Deno.statSync(new URL(path, root));
    return isDirectory || !path.endsWith("/");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function foldersBelow(path: string): string[] {
  const folders = [...Deno.readDirSync(new URL(path, root))]
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => `${path}${name}/`);
  return folders.flatMap((folder) => [folder, ...foldersBelow(folder)]);
}
