// Compiles a style sheet that imports others.
import { mkdirSync, writeFileSync } from "node:fs";
import * as sass from "sass";
import { halfway } from "../halfway.ts";

mkdirSync("made/scss/parts", { recursive: true });
writeFileSync("made/scss/parts/_colors.scss", "$main: #336699;\n");
writeFileSync(
  "made/scss/main.scss",
  `@use "parts/colors";\n@for $n from 1 through 500 {\n` +
    `  .m-#{$n} { margin: #{$n}px; &:hover { color: colors.$main; } }\n}\n`,
);
await halfway();
const { css, loadedUrls } = sass.compile("made/scss/main.scss");
writeFileSync("made/main.css", css);
console.log(loadedUrls.length);
