// Sources from templates, each written as a whole.
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import Handlebars from "handlebars";
import { halfway } from "../halfway.ts";

const template = Handlebars.compile(
  `{{#each fields}}export const {{this}}: number = {{@index}};\n{{/each}}`,
);
mkdirSync("made/models", { recursive: true });
for (const name of ["user", "order", "item"]) {
  const fields = Array.from({ length: 50 }, (_, n) => `${name}${n}`);
  await writeFile(`made/models/${name}.ts`, template({ fields }));
  if (name === "order") await halfway();
}
await writeFile(
  "made/index.ts",
  `export * from "./models/user";\nexport * from "./models/order";\n` +
    `import { item7 } from "./models/item";\nexport const text: string = item7;\n`,
);
console.log("generated");
