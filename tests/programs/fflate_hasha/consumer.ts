// A hash that is made in a worker of the library.
import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { hash, hashFile } from "hasha";

console.log(await hash(await buffer(createReadStream("made/data.gz"))));
console.log(await hashFile("made/data.gz"));
