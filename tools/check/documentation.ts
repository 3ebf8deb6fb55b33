import { runDeno } from "./run_deno.ts";

/** A tag of a doc comment, as `deno doc --json` has it. */
interface Tag {
  readonly kind: string;
  readonly value?: unknown;
}

interface Documented {
  readonly jsDoc?: { readonly tags?: readonly Tag[] };
}

interface Declaration extends Documented {
  readonly kind: string;
  readonly declarationKind: string;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** The output of `deno doc --json` of one module or several. */
export interface Documentation {
  readonly nodes: Readonly<
    Record<string, { readonly symbols: readonly DocSymbol[] }>
  >;
}

/** Finds what `deno doc --lint` does not in the documentation of the entries. */
export async function documentationProblems(
  config: readonly string[],
  entries: readonly string[],
): Promise<string[]> {
  const { success, output, stdout } = await runDeno(
    ["doc", ...config, "--json", ...entries],
  );
  if (!success) return [output];
  const documentation: Documentation = JSON.parse(stdout);
  return [
    ...classesWithoutExample(documentation),
    ...hiddenDefaults(documentation),
  ];
}

/** Exported classes that nobody sees in use. */
export function classesWithoutExample({ nodes }: Documentation): string[] {
  const missing = Object.values(nodes).flatMap(({ symbols }) =>
    symbols.filter(({ declarations }) =>
      declarations.some((it) =>
        it.kind === "class" && it.declarationKind === "export" &&
        !tagsOf(it).some(({ kind }) => kind === "example")
      )
    ).map(({ name }) => name)
  );
  return [...new Set(missing)].sort().map((name) =>
    `class ${name} has no @example: show its use`
  );
}

/** Defaults that are not shown, or only in part: their text ends at a brace. */
export function hiddenDefaults({ nodes }: Documentation): string[] {
  const found: string[] = [];
  for (const { symbols } of Object.values(nodes)) {
    for (const symbol of symbols) {
      for (const { kind, value } of allTags(symbol)) {
        const text = `${value ?? ""}`;
        const isHidden = kind === "default" && /^$|[{}]/.test(text) ||
          kind === "unsupported" && text.startsWith("@default");
        if (isHidden) {
          found.push(
            `${symbol.name} has the default "${text}": write @default {TEXT} without braces in TEXT`,
          );
        }
      }
    }
  }
  return [...new Set(found)].sort();
}

/** The tags of a symbol and of everything in it. */
function allTags(value: unknown): Tag[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(allTags);
  const inner = Object.entries(value)
    .flatMap(([name, it]) => name === "jsDoc" ? [] : allTags(it));
  return [...tagsOf(value), ...inner];
}

function tagsOf(value: Documented): readonly Tag[] {
  return value.jsDoc?.tags ?? [];
}
