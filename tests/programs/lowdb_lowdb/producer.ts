// A database that replaces its file at every write.
import { mkdirSync } from "node:fs";
import { JSONFilePreset } from "lowdb/node";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const database = await JSONFilePreset("made/db.json", {
  posts: [] as { id: number; text: string }[],
});
for (let id = 0; id < 20; id++) {
  if (id === 1) await halfway();
  await database.update(({ posts }) => posts.push({ id, text: `post ${id}` }));
}
console.log(database.data.posts.length);
