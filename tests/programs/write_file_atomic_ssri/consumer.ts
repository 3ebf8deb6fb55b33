// A checksum of what a stream reads.
import { createReadStream } from "node:fs";
import ssri from "ssri";

console.log(String(await ssri.fromStream(createReadStream("made/state.txt"))));
