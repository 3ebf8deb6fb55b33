/**
 * How much slower is a stream than the simplest loop? One iteration reads
 * 1 GiB from memory, in steps of 1 MiB, into one buffer.
 */
import { bufferIterator } from "@sluice/sluice/streams";
import { GigabyteFile, readWithBuffer } from "./gigabyte_file.ts";

const gigabyte = new GigabyteFile();
const group = "1 GiB into one buffer of 1 MiB";

Deno.bench({
  name: "readSync in a loop",
  group,
  baseline: true,
  n: 20,
  warmup: 3,
  fn() {
    using file = gigabyte.open();
    const buffer = new Uint8Array(2 ** 20);
    while (file.readSync(buffer) !== null);
  },
});

Deno.bench({
  name: "bufferIterator with a BYOB reader",
  group,
  n: 20,
  warmup: 3,
  async fn() {
    using file = gigabyte.open();
    await readWithBuffer(bufferIterator(file));
  },
});

Deno.bench({
  name: "file.readable with a BYOB reader",
  group,
  n: 10,
  warmup: 1,
  async fn() {
    await readWithBuffer(gigabyte.open().readable);
  },
});
