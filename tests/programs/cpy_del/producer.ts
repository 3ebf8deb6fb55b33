// Copies files with their modes, and removes what it does not need any more.
import { mkdirSync, writeFileSync } from "node:fs";
import cpy from "cpy";
import { deleteAsync } from "del";
import { halfway } from "../halfway.ts";

mkdirSync("made/assets/old", { recursive: true });
for (let n = 0; n < 12; n++) {
  const file = `made/assets/${n % 3 ? "" : "old/"}${n}.bin`;
  writeFileSync(file, `${n}`.repeat(50_000), { mode: n % 2 ? 0o644 : 0o600 });
}
await halfway();
await cpy("made/assets/*.bin", "made/copies", { flat: true });
const removed = await deleteAsync(["made/assets/old", "made/copies/1*.bin"]);
console.log(removed.length);
