// A sound file whose header is written again when its length is known.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import wav from "wav";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const file = new wav.FileWriter("made/sound.wav", {
  channels: 1,
  sampleRate: 8000,
  bitDepth: 16,
});
const second = Buffer.alloc(16_000, "sound");
for (let n = 0; n < 10; n++) {
  if (n === 5) await halfway();
  file.write(second);
}
file.end();
await once(file, "done");
console.log("recorded");
