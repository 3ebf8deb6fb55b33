// Modules written as wholes by a generator of code.
import { mkdirSync, writeFileSync } from "node:fs";
import { minify } from "terser";
import { halfway } from "../halfway.ts";

mkdirSync("made/src", { recursive: true });
for (let n = 0; n < 5; n++) {
  const lines = Array.from(
    { length: 100 },
    (_, i) => `export const value${i} = (a) => a?.b ?? ${i * n};`,
  );
  const { code } = await minify(lines.join("\n"), { module: true });
  writeFileSync(`made/src/module${n}.js`, `${code}\n`);
  if (n === 2) await halfway();
}
console.log("generated");
