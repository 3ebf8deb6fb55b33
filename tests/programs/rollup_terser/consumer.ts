// Minifies a bundle with its source map, and writes both.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { minify } from "terser";

const { code = "", map } = await minify(
  { "bundle.js": await readFile("made/dist/bundle.js", "utf8") },
  {
    module: true,
    sourceMap: {
      content: await readFile("made/dist/bundle.js.map", "utf8"),
      url: "bundle.min.js.map",
    },
  },
);
await mkdir("result");
await Promise.all([
  writeFile("result/bundle.min.js", code),
  writeFile("result/bundle.min.js.map", String(map)),
]);
console.log(code.slice(0, 40));
