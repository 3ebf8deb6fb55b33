// Lines of the file to which the link leads.
import { createReadStream, readlinkSync } from "node:fs";
import split2 from "split2";

let sum = 0;
const lines = createReadStream("made/current.log").pipe(split2(JSON.parse));
for await (const { n } of lines) sum += n;
console.log(sum, readlinkSync("made/current.log"));
