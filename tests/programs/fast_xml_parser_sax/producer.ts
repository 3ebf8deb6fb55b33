// A document built piece by piece, appended with a call for each.
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { XMLBuilder } from "fast-xml-parser";
import { halfway } from "../halfway.ts";

const builder = new XMLBuilder({ ignoreAttributes: false, format: true });
await mkdir("made");
await writeFile("made/feed.xml", "<feed>\n");
for (let n = 0; n < 100; n++) {
  if (n === 50) await halfway();
  const entry = { "@_id": n, title: `Entry <${n}>`, text: "x".repeat(500) };
  await appendFile("made/feed.xml", builder.build({ entry }));
}
await appendFile("made/feed.xml", "</feed>\n");
console.log("built");
