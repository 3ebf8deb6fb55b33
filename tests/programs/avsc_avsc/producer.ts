// Blocks of records, written by an encoder that opens the file itself.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import avro from "avsc";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const type = avro.Type.forSchema({
  type: "record",
  name: "Reading",
  fields: [{ name: "n", type: "long" }, { name: "value", type: "double" }],
});
const encoder = avro.createFileEncoder("made/readings.avro", type, {
  syncMarker: Buffer.alloc(16, 7),
  blockSize: 4096,
});
for (let n = 0; n < 20_000; n++) {
  if (n === 10_000) await halfway();
  if (!encoder.write({ n, value: n / 3 })) await once(encoder, "drain");
}
encoder.end();
await once(encoder, "finish");
console.log("encoded");
