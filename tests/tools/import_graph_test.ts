import { assert, assertEquals } from "@std/assert";
import { importGraph } from "../../tools/check/import_graph.ts";
import { walkFiles } from "../../tools/check/files.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";

Deno.test("the graph has every file under src/ and each of its imports, those of types too", async () => {
  const { files, imports } = await importGraph(await stdConfigArgs());
  assertEquals(files, ["mod.ts", ...walkFiles("src", ".ts")]);
  const written = files.flatMap((file) => {
    const text = Deno.readTextFileSync(
      new URL(`../../${file}`, import.meta.url),
    );
    return [
      ...text.matchAll(/^(?:import|export)\b[^;"]*?\bfrom "(\.[^"]+)";/gm),
    ]
      .map(([, specifier]) => {
        const { pathname } = new URL(specifier, `file:///${file}`);
        return `${file} ${pathname.slice(1)}`;
      });
  });
  assert(written.length > files.length);
  const found = new Set(imports.map(({ from, to }) => `${from} ${to}`));
  assertEquals(written.filter((it) => !found.has(it)), []);
});
