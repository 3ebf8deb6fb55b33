import { assertEquals, assertThrows } from "@std/assert";
import {
  CapioClEngine,
  CapioError,
  mergeCapioCl,
  parseCapioCl,
} from "../../../src/capio/mod.ts";

function configOf(sections: Record<string, unknown>) {
  return parseCapioCl(
    JSON.stringify({ name: "w", IO_Graph: [], ...sections }),
  );
}

Deno.test("two configurations of one workflow are merged", () => {
  const writer = configOf({
    aliases: [{ group_name: "g", files: ["a", "b"] }],
    IO_Graph: [{
      name: "writer",
      output_stream: ["g"],
      streaming: [
        { name: ["g"], committed: "on_close" },
        { name: ["c"], committed: "on_file", file_deps: ["g"] },
      ],
    }],
    storage: { memory: ["g"] },
  });
  const reader = configOf({
    version: 1.1,
    configuration: "s.toml",
    aliases: [{ group_name: "g", files: ["b", "d"] }],
    IO_Graph: [{
      name: "reader",
      input_stream: ["g"],
      streaming: [{ name: ["g"], mode: "no_update" }],
    }],
    permanent: ["g"],
  });
  const merged = mergeCapioCl(writer, reader);
  assertEquals(merged.version, 1.1);
  assertEquals(merged.configuration, "s.toml");
  const engine = new CapioClEngine(merged, { capioDir: "/data/run" });
  assertEquals(engine.apps, ["writer", "reader"]);
  assertEquals(engine.producers("a"), ["writer"]);
  assertEquals(engine.consumers("a"), []);
  assertEquals(engine.consumers("d"), ["reader"]);
  assertEquals(engine.commitRule("b").type, "on_close");
  assertEquals(engine.fireRule("b"), "no_update");
  assertEquals(engine.commitRule("c"), {
    type: "on_file",
    dependencies: ["a", "b"],
  });
  assertEquals(engine.isPermanent("d"), true);
  assertEquals(engine.isInMemory("a"), true);
});

const CONTRADICTING: [
  Record<string, unknown>,
  Record<string, unknown>,
  string,
][] = [
  [{ name: "w" }, { name: "v" }, '"name" cannot be both "w" and "v"'],
  [
    { version: 1.1, configuration: "a" },
    { version: 1.1, configuration: "b" },
    '"configuration" cannot be both "a" and "b"',
  ],
  [
    { storage: { memory: ["x"] } },
    { storage: { fs: ["x"] } },
    'Rules for "x" contradict each other',
  ],
  [
    {
      IO_Graph: [{
        name: "a",
        streaming: [{ name: ["x"], mode: "update" }],
      }],
    },
    {
      IO_Graph: [{
        name: "b",
        streaming: [{ name: ["x"], mode: "no_update" }],
      }],
    },
    '"fire" cannot be both "update" and "no_update"',
  ],
];

for (const [one, other, message] of CONTRADICTING) {
  Deno.test(`configurations that contradict each other are refused: ${message}`, () => {
    const error = assertThrows(
      () => mergeCapioCl(configOf(one), configOf(other)),
      CapioError,
      message,
    );
    assertEquals(error.code, "INVALID_CONFIGURATION");
  });
}
