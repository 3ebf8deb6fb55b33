/**
 * Sets 3000 values at once, in a process that may have few files open.
 * "small" needs no lock to connect. Usage: _many_at_once.ts bytes|files|streams|small URL [FILE]
 */
import { openStore, Store } from "../../src/store/mod.ts";

const [kind, url, file] = Deno.args;
await using store = await openStore(url, { create: kind !== "small" });
if (!(store instanceof Store)) throw new Error("read-only");
const keys = Array.from({ length: 3000 }, (_, i) => `${i}`);
const large = (i: number) => new Uint8Array(70_000).fill(i);

const all = keys.map(async (key, i) => {
  switch (kind) {
    case "small":
      return await store.fromBytes(key, new Uint8Array(100).fill(i));
    case "bytes":
      return await store.fromBytes(key, large(i));
    case "files":
      return await store.fromFile(key, file);
    case "streams":
      return await store.setData(key, new Blob([large(i)]).stream());
  }
});
console.log("asked");
await Promise.all(all);
let count = 0;
for await (const bytes of store.multigetData(keys)) {
  count += (await new Response(bytes as BodyInit).bytes()).length;
}
console.log(count);
