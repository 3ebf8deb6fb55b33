// Pages written side by side, in directories that are made on the way.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: true, linkify: true });
await Promise.all(
  Array.from({ length: 60 }, async (_, n) => {
    const path = `made/site/${n % 4}/page${n}.html`;
    await mkdir(dirname(path), { recursive: true });
    const text = `# Page ${n}\n\n${
      `*Line* with a [link](page${n + 1}.html)\n\n`.repeat(40)
    }`;
    await writeFile(path, markdown.render(text));
  }),
);
console.log("rendered");
