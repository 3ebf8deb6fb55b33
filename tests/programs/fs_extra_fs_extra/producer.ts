// Documents, copies, moves and links in a tree that the library makes.
import fs from "fs-extra";

await fs.outputJson("made/tree/a/b/data.json", { list: Array(5000).fill(1) });
await fs.outputFile("made/tree/a/note.txt", "note\n");
await fs.copy("made/tree/a", "made/tree/copy", { preserveTimestamps: true });
await fs.move("made/tree/copy/note.txt", "made/tree/moved/note.txt");
await fs.ensureSymlink("made/tree/a/note.txt", "made/tree/link.txt");
await fs.ensureFile("made/tree/empty");
await fs.emptyDir("made/tree/copy/b");
console.log(await fs.pathExists("made/tree/copy/note.txt"));
