import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import {
  CapioClError,
  parseCapioCl,
  serializeCapioCl,
} from "../../../src/capio/mod.ts";
import { config, mutated, propertyOptions } from "./_arbitraries.ts";

Deno.test("serialising and parsing gives the same configuration, strict or not", () => {
  fc.assert(
    fc.property(config, fc.boolean(), (config, strict) => {
      const text = serializeCapioCl(config);
      assertEquals(parseCapioCl(text, { strict }), config);
    }),
    propertyOptions(500),
  );
});

Deno.test("a damaged configuration is parsed, or refused with places in its text", () => {
  let refused = 0;
  fc.assert(
    fc.property(mutated(config.map(serializeCapioCl)), (text) => {
      try {
        const parsed = parseCapioCl(text);
        assertEquals(parseCapioCl(serializeCapioCl(parsed)), parsed);
      } catch (error) {
        if (!(error instanceof CapioClError)) throw error;
        refused++;
        const lines = text.split("\n");
        for (const { line = 0, column = 0 } of error.problems) {
          assertEquals(line >= 1 && line <= lines.length, true);
          assertEquals(
            column >= 1 && column <= lines[line - 1].length + 1,
            true,
          );
        }
      }
    }),
    propertyOptions(2000),
  );
  assertEquals(refused > 0, true);
});

Deno.test("any JSON is parsed or refused, never anything else", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        parseCapioCl(text);
      } catch (error) {
        if (!(error instanceof CapioClError)) throw error;
      }
    }),
    propertyOptions(1000),
  );
});

Deno.test("only what the configuration states is written", () => {
  const text = `{
  "name": "w",
  "IO_Graph": [
    {
      "name": "a",
      "input_stream": [],
      "output_stream": [
        "x"
      ],
      "streaming": [
        {
          "name": [
            "x"
          ],
          "committed": "on_close"
        }
      ]
    }
  ],
  "permanent": [
    "x"
  ]
}
`;
  assertEquals(serializeCapioCl(parseCapioCl(text)), text);
});
