// A style sheet whose imports are looked for in directories.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import less from "less";

const filename = "made/all.less";
const { css, imports } = await less.render(await readFile(filename, "utf8"), {
  filename,
  paths: ["made/other", "made"],
});
await mkdir("result", { recursive: true });
await writeFile("result/all.css", css);
console.log(css.length, imports);
