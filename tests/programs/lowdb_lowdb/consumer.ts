// Reads the database, and writes another one.
import { mkdirSync } from "node:fs";
import { JSONFilePreset } from "lowdb/node";

const { data } = await JSONFilePreset("made/db.json", {
  posts: [] as { id: number; text: string }[],
});
mkdirSync("result");
const copy = await JSONFilePreset("result/db.json", { texts: [] as string[] });
await copy.update(({ texts }) => texts.push(...data.posts.map((p) => p.text)));
console.log(data.posts.length, copy.data.texts.at(-1));
