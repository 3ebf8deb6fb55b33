/**
 * One step of the test of values larger than memory, as a process of its own.
 * Prints its peak of memory, in MiB.
 */
import { bufferIterator } from "../../src/streams/mod.ts";
import { openStore, Store } from "../../src/store/mod.ts";

const MIB = 1_048_576;
const [step, fromUrl, toUrl, sizeInMib] = Deno.args;
const size = Number(sizeInMib) * MIB;
/** Bytes before and behind the range that is read. */
const margin = 5;

switch (step) {
  case "set": {
    await using to = await openStore(toUrl);
    if (to instanceof Store) await to.setData("large", generate());
    break;
  }
  case "copy": {
    await using from = await openStore(fromUrl);
    await using to = await openStore(toUrl);
    if (to instanceof Store) await to.set("large", from.get("large"));
    break;
  }
  case "range": {
    await using from = await openStore(fromUrl);
    await readRange(await from.getDataRange("large", margin, size - margin));
    break;
  }
}
const [, peak] = /VmHWM:\s*(\d+) kB/.exec(
  await Deno.readTextFile("/proc/self/status"),
) ?? [];
console.log(Math.round(Number(peak) / 1024));

/** Makes chunks of a MiB, each filled with its number. */
function* generate(): Generator<Uint8Array> {
  const chunk = new Uint8Array(MIB);
  for (let n = 0; n < size / MIB; n++) yield chunk.fill(n);
}

async function readRange(range: ReadableStream<Uint8Array>): Promise<void> {
  const reader = bufferIterator(range).getReader({ mode: "byob" });
  let buffer = new Uint8Array(MIB);
  let at = margin;
  for (;;) {
    const { done, value } = await reader.read(buffer, { min: MIB });
    for (let i = 0; i < (value?.length ?? 0); i += 1_021) {
      if (value?.[i] === Math.floor((at + i) / MIB) % 256) continue;
      throw new Error(`byte ${at + i} is ${value?.[i]}`);
    }
    at += value?.length ?? 0;
    if (done || !value || value.length < MIB) break;
    buffer = new Uint8Array(value.buffer);
  }
  if (at !== size - margin) throw new Error(`the range ended at byte ${at}`);
}
