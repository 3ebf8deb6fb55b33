// Lines, a web stream and the whole of a file through handles.
import { open } from "node:fs/promises";
import { parse } from "csv-parse/sync";

const lines: string[] = [];
const first = await open("made/table.csv");
for await (const line of first.readLines()) lines.push(line);
console.log(parse(lines.join("\n"), { columns: true }).length);
const second = await open("made/table.csv");
let bytes = 0;
const chunks = second.readableWebStream() as ReadableStream<Uint8Array>;
for await (const chunk of chunks) bytes += chunk.byteLength;
await second.close();
console.log(bytes);
const log = await open("made/log.txt");
console.log(JSON.stringify(await log.readFile("utf8")));
await log.close();
