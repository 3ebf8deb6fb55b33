/**
 * How fast do several readers in lockstep get the same gigabyte, against
 * `ReadableStream.tee()`? One iteration is 1 GiB of source bytes from memory.
 */
import { tee } from "@sluice/sluice/streams";
import { GigabyteFile, iterate, readWithBuffer } from "./gigabyte_file.ts";

const gigabyte = new GigabyteFile();
const readers = { "for await": iterate, "a BYOB reader": readWithBuffer };

for (const n of [2, 4]) {
  for (const [how, read] of Object.entries(readers)) {
    const options = { group: `${n} branches`, n: 8, warmup: 1 };
    Deno.bench({
      ...options,
      name: `${n} branches of ReadableStream.tee(), each with ${how}`,
      baseline: read === iterate,
      async fn() {
        const branches = builtIn(gigabyte.open().readable, n);
        await Promise.all(branches.map((branch) => read(branch)));
      },
    });
    Deno.bench({
      ...options,
      name: `${n} branches of tee(), each with ${how}`,
      async fn() {
        using file = gigabyte.open();
        await Promise.all(tee(file, n).map((branch) => read(branch)));
      },
    });
  }
}

/** Splits a stream into `n` branches, a power of two, with the built-in `tee()`. */
function builtIn(stream: ReadableStream<Uint8Array>, n: number) {
  let branches = [stream];
  while (branches.length < n) branches = branches.flatMap((it) => it.tee());
  return branches;
}
