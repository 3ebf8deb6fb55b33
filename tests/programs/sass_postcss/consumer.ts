// Processes a style sheet with a plugin, and writes it beside its map.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import postcss from "postcss";

const from = "made/main.css";
const double: postcss.Plugin = {
  postcssPlugin: "double",
  Declaration: {
    margin(declaration) {
      if (declaration.value.endsWith("em")) return;
      declaration.value = `${parseInt(declaration.value) / 10}em`;
    },
  },
};
const { css, map } = await postcss([double])
  .process(readFileSync(from), {
    from,
    to: "result/main.css",
    map: { inline: false },
  });
mkdirSync("result");
writeFileSync("result/main.css", css);
writeFileSync("result/main.css.map", map.toString());
console.log(css.length);
