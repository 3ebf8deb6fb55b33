// A cache: contents by their hash, written aside and moved, and an index.
import { pipeline } from "node:stream/promises";
import cacache from "cacache";
import { halfway } from "../halfway.ts";

const text = (n: number) => `entry ${n} `.repeat(5000);
for (let n = 0; n < 10; n++) {
  await cacache.put("made/cache", `key-${n}`, text(n), { time: 1 });
}
await halfway();
await pipeline(
  [text(10), text(11)],
  cacache.put.stream("made/cache", "key-10", { time: 1 }),
);
console.log("cached");
