/**
 * How much faster does a plain `for await` read a whole file through
 * `bufferIterator` than through `file.readable`? One iteration reads 1 GiB
 * from memory.
 */
import { bufferIterator } from "@sluice/sluice/streams";
import { GigabyteFile, iterate } from "./gigabyte_file.ts";

const gigabyte = new GigabyteFile();
const group = "1 GiB with for await";

Deno.bench({
  name: "file.readable",
  group,
  baseline: true,
  n: 10,
  warmup: 1,
  async fn() {
    await iterate(gigabyte.open().readable);
  },
});

for (const bufferSize of [65_536, 262_144, 1_048_576]) {
  Deno.bench({
    name: `bufferIterator, chunks of ${bufferSize / 1024} KiB`,
    group,
    n: 10,
    warmup: 1,
    async fn() {
      using file = gigabyte.open();
      await iterate(bufferIterator(file, { bufferSize }));
    },
  });
}
