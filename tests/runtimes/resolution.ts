/**
 * How the modules of this checkout are found and read in Node.js and Bun, for
 * their tests alone.
 *
 * @module
 */
import { readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const tests = new URL("tests/", root).href;
const ownFolder = new URL("./", import.meta.url).href;

const { name, exports } = JSON.parse(
  readFileSync(new URL("deno.json", root), "utf8"),
) as { name: string; exports: Record<string, string> };

/** Returns the URL of a module that `deno.json` knows. */
export function resolved(specifier: string): string | undefined {
  const [, std] = /^@std\/(\w+)$/.exec(specifier) ?? [];
  if (std) return new URL(`tools/std/${std}/mod.ts`, root).href;
  if (specifier !== name && !specifier.startsWith(`${name}/`)) return undefined;
  const path = exports[`.${specifier.slice(name.length)}`];
  return path && new URL(path, root).href;
}

/**
 * Returns the text of a module of tests, in which `Deno` is a name like others:
 * no module of the product sees it.
 *
 * @returns Nothing for another module.
 */
export function sourceOfTests(url: string): string | undefined {
  if (!url.startsWith(tests) || url.startsWith(ownFolder)) return undefined;
  const text = readFileSync(new URL(url), "utf8");
  if (!/\bDeno\b|\.(?:to|from)Hex\(/.test(text)) return undefined;
  // On the first line, so that the others keep their numbers.
  const deno = new URL("deno_in_node.ts", ownFolder).href;
  return `import { DenoInNode as Deno, fromHex, TO_HEX } from "${deno}";` +
    text.replaceAll("?.toHex()", "?.[TO_HEX]()")
      .replaceAll(".toHex()", "[TO_HEX]()")
      .replaceAll("Uint8Array.fromHex(", "fromHex(");
}
