// Renders templates that lie beside each other and include each other.
import { mkdirSync, writeFileSync } from "node:fs";
import ejs from "ejs";
import { halfway } from "../halfway.ts";

mkdirSync("made/templates", { recursive: true });
writeFileSync(
  "made/templates/box.ejs",
  ".box-<%= n %> { width: (@unit * <%= n %>); }\n",
);
writeFileSync(
  "made/templates/all.ejs",
  "@import \"unit\";\n<% for (let n = 0; n < 300; n++) { -%>\n<%- include('box', { n }) -%>\n<% } -%>\n",
);
const sheet = await ejs.renderFile("made/templates/all.ejs", {});
writeFileSync("made/all.less", sheet);
await halfway();
writeFileSync("made/unit.less", "@unit: 4px;\n");
console.log("rendered");
