import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CapioClError,
  configOf,
  documentOf,
  parseCapioCl,
} from "../../../src/capio/cl/mod.ts";

const TEXT = `{
  "name": "w",
  "IO_Graph": [{
    "name": "a",
    "output_stream": ["x"],
    "streaming": [{ "name": ["x"], "committed": "on_close", "mode": "no_update" }]
  }],
  "permanent": ["x"]
}`;

Deno.test("a document that a process has written is not checked again", () => {
  const config = parseCapioCl(TEXT);
  assertStrictEquals(configOf(documentOf(config)), config);
});

Deno.test("a document of another process means what it wrote", () => {
  const document = documentOf(parseCapioCl(TEXT));
  // With another space it is none that this process has written.
  assertEquals(configOf(`${document} `), parseCapioCl(TEXT));
});

Deno.test("a text that is no configuration is refused each time", () => {
  for (const _ of [1, 2]) assertThrows(() => configOf("{}"), CapioClError);
});
