// Looks at the head of an image and lets go of the stream; then reads it all.
import { once } from "node:events";
import { createReadStream } from "node:fs";
import probe from "probe-image-size";
import { PNG } from "pngjs";

const head = createReadStream("made/image.png");
const { width, height, type } = await probe(head);
head.destroy();
console.log(width, height, type);
const image = createReadStream("made/image.png").pipe(new PNG());
await once(image, "parsed");
let sum = 0;
for (const byte of image.data) sum = (sum * 31 + byte) % 1_000_003;
console.log(sum);
