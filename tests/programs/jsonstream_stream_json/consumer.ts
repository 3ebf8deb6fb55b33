// Checks a document through a file handle, and writes a part of it through one.
import { mkdirSync } from "node:fs";
import {
  drain,
  parseFile,
  pipe,
  stringerToFile,
  verifyFile,
} from "stream-json/file/index.js";
import { pick } from "stream-json/core/filters/pick.js";

await verifyFile("made/list.json");
mkdirSync("result");
const copy = pipe(
  parseFile(),
  pick({ filter: "4000" }),
  stringerToFile("result/element.json"),
);
await drain(copy("made/list.json"));
console.log("checked");
