/**
 * A process that sets one key again and again, for the tests that kill it.
 * The bytes and the metadata of the n-th value contain n, which is printed once
 * `set` has returned.
 */
import { openStore, Store } from "../../src/store/mod.ts";

const [url, first] = Deno.args;
const store = await openStore(url);
if (!(store instanceof Store)) throw new TypeError("the store is read-only");
for (let n = Number(first);; n++) {
  await store.set("key", { data: valueOf(n), metadata: { n } });
  console.log(n);
}

/** Makes small, large and streamed values in turn. */
function valueOf(n: number): Uint8Array | Blob {
  const bytes = new Uint8Array([100, 70_000, 3_000_000, 5][n % 4]).fill(n);
  return n % 8 < 4 ? bytes : new Blob([bytes]);
}
