/**
 * Writes the library that the page of a line host shows colours with as a text
 * in a module: the page loads nothing, and users install nothing for it.
 *
 * ```sh
 * deno task page-library
 * ```
 *
 * @module
 */
import { stdConfigArgs } from "./std_config.ts";

const root = new URL("../", import.meta.url);
const ENTRY = "tools/page_library_entry.ts";

/** The module that {@linkcode pageLibrary} makes. */
export const PAGE_LIBRARY = new URL("src/lines/host/page/ansi_parser.ts", root);

/** Returns the text of the module, from the version in `deno.json`. */
export async function pageLibrary(): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--minify", "--platform=browser"],
      ...["--format=iife", ...await stdConfigArgs(), ENTRY],
    ],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle:\n${decoder.decode(stderr)}`);
  const script = decoder.decode(stdout).trim();
  return `/**
 * Defines \`parseAnsi\` in the page: text with styles of a terminal to its
 * parts. Made by \`deno task page-library\` of ansi-sequence-parser
 * (https://github.com/blake-mealey/ansi-sequence-parser), MIT License,
 * Copyright (c) Blake Mealey.
 */
// deno-fmt-ignore
export const ANSI_PARSER_SCRIPT: string = ${JSON.stringify(script)};
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(PAGE_LIBRARY, await pageLibrary());
}
