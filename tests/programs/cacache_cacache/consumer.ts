// Gets entries of a cache by key, each checked against its hash.
import cacache from "cacache";

for (const key of ["key-1", "key-9"]) {
  const { data, integrity } = await cacache.get("made/cache", key);
  console.log(key, data.length, integrity);
}
const big = await cacache.get.stream("made/cache", "key-10").collect();
console.log(
  "key-10",
  big.reduce((sum: number, part: Uint8Array) => sum + part.length, 0),
);
console.log(await cacache.get.info("made/cache", "key-none"));
