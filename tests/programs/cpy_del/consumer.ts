// Copies the copies, and removes some of its own.
import cpy from "cpy";
import { deleteAsync } from "del";

await cpy("made/copies/*.bin", "result/copies", { flat: true });
await deleteAsync("result/copies/[245].bin");
const left = await cpy("result/copies/*.bin", "result/last", { flat: true });
console.log(left.length);
