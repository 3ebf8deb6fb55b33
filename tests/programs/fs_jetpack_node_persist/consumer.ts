// Loads all keys of a store, and looks at a tree with its checksums.
import jetpack from "fs-jetpack";
import storage from "node-persist";

await storage.init({ dir: "made/store", writeQueue: false });
console.log(await storage.length(), await storage.getItem("key3"));
const tree = jetpack.inspectTree("made/tree", { checksum: "md5" });
console.log(tree?.size, tree?.md5);
console.log(jetpack.find("made/tree", { matching: "*.txt" }));
