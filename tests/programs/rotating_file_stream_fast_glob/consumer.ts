// Finds files by a pattern, then reads each as a whole.
import { readFileSync } from "node:fs";
import fastGlob from "fast-glob";

const paths = await fastGlob("made/*.log", { stats: false });
const lines: string[] = [];
for (const path of paths.sort()) {
  const text = readFileSync(path, "utf8");
  lines.push(...text.trimEnd().split("\n"));
}
const numbers = lines.map((line) => Number(line.split(" ")[1]));
numbers.sort((a, b) => a - b);
console.log(paths.length, numbers.length, numbers.every((n, i) => n === i));
