import { assertEquals } from "@std/assert";
import { compiledAtOnce } from "../../tools/eager_functions.ts";

Deno.test("functions of the start are compiled with their file, and nothing else changes", () => {
  const code = `import {
  a
} from "./a.js";
var TABLE = [early(), early];
function early() {
  return () => {
  };
}
async function* late() {
}
async function begin(a) {
  await a;
}
export {
  begin
};
`;
  assertEquals(
    compiledAtOnce(code, new Set(["early", "begin", "a"])),
    `import {
  a
} from "./a.js";
var early = (function early() {
  return () => {
  };
});
var begin = (async function begin(a) {
  await a;
});
var TABLE = [early(), early];
async function* late() {
}
export {
  begin
};
`,
  );
});
