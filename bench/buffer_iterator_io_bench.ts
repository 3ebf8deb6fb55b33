/**
 * How much does it cost to read pieces of other sizes than the source's chunks
 * of 1 MiB? The baseline cuts the same pieces out of the chunks itself. Does the
 * time of one-byte reads grow linearly with the number of bytes?
 */
import { BufferIteratorIO } from "@sluice/sluice/streams";

const MEBIBYTE = 2 ** 20;
const chunk = crypto.getRandomValues(new Uint8Array(65_536));
const chunks = (bytes: number) => {
  const large = new Uint8Array(Math.min(bytes, MEBIBYTE));
  large.set(chunk.subarray(0, large.length));
  return Array<Uint8Array>(Math.ceil(bytes / MEBIBYTE)).fill(large).values();
};

const inPieces = { group: "1 GiB in pieces of 64 KiB", n: 8, warmup: 1 };

Deno.bench({
  ...inPieces,
  name: "slice() of every chunk",
  baseline: true,
  fn() {
    for (const large of chunks(1024 * MEBIBYTE)) {
      for (let i = 0; i < large.length; i += 65_536) large.slice(i, i + 65_536);
    }
  },
});

Deno.bench({
  ...inPieces,
  name: "BufferIteratorIO.read(65_536)",
  async fn() {
    await readAll(1024 * MEBIBYTE, 65_536);
  },
});

for (const bytes of [MEBIBYTE / 4, MEBIBYTE / 2, MEBIBYTE]) {
  Deno.bench({
    group: "pieces of 1 byte",
    n: 5,
    warmup: 1,
    baseline: bytes === MEBIBYTE / 4,
    name: `${bytes / 1024} KiB with BufferIteratorIO.read(1)`,
    async fn() {
      await readAll(bytes, 1);
    },
  });
}

async function readAll(bytes: number, size: number): Promise<void> {
  const io = new BufferIteratorIO(chunks(bytes));
  while ((await io.read(size)).length > 0);
}
