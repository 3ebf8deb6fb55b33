// A store with a file for each key, and the files of another in a tree.
import jetpack from "fs-jetpack";
import storage from "node-persist";
import { halfway } from "../halfway.ts";

await storage.init({ dir: "made/store", writeQueue: false });
for (let n = 0; n < 30; n++) {
  if (n === 15) await halfway();
  await storage.setItem(`key${n}`, { n, text: "x".repeat(1000) });
}
await storage.updateItem("key3", { n: -3 });
await storage.removeItem("key4");
const tree = jetpack.dir("made/tree");
tree.file("a/b/c.json", { content: { list: [1, 2, 3] }, jsonIndent: 0 });
tree.append("log.txt", "one\n");
tree.append("log.txt", "two\n");
tree.write("atomic.txt", "whole\n", { atomic: true });
tree.move("atomic.txt", "moved.txt");
console.log((await storage.keys()).length);
