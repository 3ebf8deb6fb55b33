// Events of a parser that is fed with chunks.
import { once } from "node:events";
import { createReadStream } from "node:fs";
import sax from "sax";

const parser = sax.createStream(true, {});
let [entries, characters, last] = [0, 0, ""];
parser.on("opentag", ({ name, attributes }: sax.Tag) => {
  if (name === "entry") [entries, last] = [entries + 1, attributes.id];
});
parser.on("text", (text: string) => characters += text.trim().length);
createReadStream("made/feed.xml").pipe(parser);
await once(parser, "end");
console.log(entries, characters, last);
