// Settings, of which some files are there and some are not: then defaults.
import { existsSync, readFileSync } from "node:fs";
import dotenv from "dotenv";
import ini from "ini";
import * as yaml from "js-yaml";

const { parsed, error } = dotenv.config({ path: [".env"], quiet: true });
console.log(parsed, error?.message.replace(/'.*'/, ""));
const own = existsSync("settings.json")
  ? JSON.parse(readFileSync("settings.json", "utf8"))
  : { colour: "none" };
const { cpu } = ini.parse(readFileSync("made/limits.ini", "utf8"));
const { steps } = yaml.load(readFileSync("made/steps.yaml", "utf8")) as {
  steps: string[];
};
console.log(own.colour, cpu.cores, steps);
