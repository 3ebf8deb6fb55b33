/** The files that the package exports, as `deno.json` lists them. */
export function publicEntries(): string[] {
  const file = new URL("../deno.json", import.meta.url);
  const { exports } = JSON.parse(Deno.readTextFileSync(file));
  return Object.values<string>(exports);
}
