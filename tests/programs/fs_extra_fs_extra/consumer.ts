// Copies a whole tree with what it links to.
import fs from "fs-extra";

await fs.copy("made/tree", "result/tree");
const { list } = await fs.readJson("result/tree/a/b/data.json");
console.log(list.length, await fs.readFile("result/tree/link.txt", "utf8"));
console.log(fs.readdirSync("result/tree").sort());
