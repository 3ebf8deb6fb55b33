// Settings in two formats.
import { mkdirSync, writeFileSync } from "node:fs";
import ini from "ini";
import * as yaml from "js-yaml";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const limits = { cpu: { cores: 2 }, memory: { bytes: 1024 } };
writeFileSync("made/limits.ini", ini.stringify(limits));
await halfway();
writeFileSync("made/steps.yaml", yaml.dump({ steps: ["a", "b"], limits }));
console.log("configured");
