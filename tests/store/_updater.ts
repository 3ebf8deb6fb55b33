/** A process that changes keys at the same time as other processes. */
import { openStore, Store } from "../../src/store/mod.ts";

const [url, name] = Deno.args;
await using store = await openStore(url);
if (!(store instanceof Store)) throw new TypeError("the store is read-only");
for (let n = 0; n < 25; n++) {
  await store.updateMetadata("shared", { [`${name}${n}`]: n });
  const byte = Number(name) * 32 + n;
  const data = new Uint8Array(n % 2 ? 100 : 300_000).fill(byte);
  await store.set("contested", { data, metadata: { byte } });
  const own = { data: n % 2 ? name : data, metadata: { name } };
  if (await store.setIfAbsent(`taken ${n}`, own)) {
    await store.updateMetadata("shared", { [`taken ${n} by ${name}`]: true });
  }
}
