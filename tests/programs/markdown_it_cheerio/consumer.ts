// Finds all pages, and makes an index of them.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import * as cheerio from "cheerio";
import { globby } from "globby";

const paths = (await globby("made/site/**/*.html")).sort();
const pages = await Promise.all(paths.map(async (path) => {
  const $ = cheerio.load(await readFile(path, "utf8"));
  return { path, title: $("h1").text(), links: $("a").length };
}));
await mkdir("result");
await writeFile("result/index.json", JSON.stringify(pages));
console.log(pages.length, pages.reduce((sum, { links }) => sum + links, 0));
