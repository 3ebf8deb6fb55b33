// Writes modules, and bundles them with a source map: reads what it wrote.
import { mkdirSync, writeFileSync } from "node:fs";
import { rollup } from "rollup";
import { halfway } from "../halfway.ts";

mkdirSync("made/src", { recursive: true });
const names = Array.from({ length: 40 }, (_, n) => `part${n}`);
for (const name of names) {
  const code = `export function ${name}(n) { return n + "${name}".length; }\n`;
  writeFileSync(`made/src/${name}.js`, code.repeat(1));
}
const imports = names.map((name) => `import { ${name} } from "./${name}.js";`);
const calls = names.map((name) => `${name}(1)`).join(" + ");
writeFileSync(
  "made/src/main.js",
  `${imports.join("\n")}\nexport const sum = ${calls};\n`,
);
await halfway();
const bundle = await rollup({ input: "made/src/main.js" });
await bundle.write({ file: "made/dist/bundle.js", sourcemap: true });
await bundle.close();
console.log("bundled");
