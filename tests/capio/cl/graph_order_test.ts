import { assertEquals } from "@std/assert";
import { CapioClEngine, parseCapioCl } from "@sluice/sluice/capio";

type Streams = Record<string, { reads?: string[]; writes?: string[] }>;

/** Returns whether the first app leads to the last one, and the other way round. */
function order(streams: Streams): [forth: boolean, back: boolean] {
  const graph = Object.entries(streams).map(([name, { reads, writes }]) => ({
    name,
    input_stream: reads ?? [],
    output_stream: writes ?? [],
  }));
  const text = JSON.stringify({ name: "t", IO_Graph: graph });
  const engine = new CapioClEngine(parseCapioCl(text), { capioDir: "/data" });
  const apps = Object.keys(streams);
  const [first, last] = [apps[0], apps[apps.length - 1]];
  return [engine.leadsTo(first, last), engine.leadsTo(last, first)];
}

const CASES: [name: string, output: string, input: string, leads: boolean][] = [
  ["the same path", "a", "a", true],
  ["the same path in two spellings", "a", "/data/x/../a", true],
  ["two paths", "a", "b", false],
  ["a directory and a file in it", "out", "out/a", true],
  ["a file and its directory", "out/deep/a", "out", true],
  ["a directory and a name that begins like it", "out", "out2/a", false],
  ["a glob and a path", "*.csv", "deep/a.csv", true],
  ["a glob and another path", "*.csv", "a.json", false],
  ["a path and a glob", "a.csv", "*.csv", true],
  ["a directory and a glob below it", "out", "out/*.csv", true],
  ["a glob below a directory and the directory", "out/*.csv", "out", true],
  ["a glob for directories and a file in one", "part?", "part1/a", true],
  ["two globs that overlap", "out/*", "*.csv", true],
  ["two globs with other ends", "out/*.csv", "out/*.json", false],
  ["two globs with other beginnings", "a/*.csv", "b/*.csv", false],
  ["the workflow's directory and a file", ".", "a", true],
];

for (const [name, output, input, leads] of CASES) {
  Deno.test(`an app leads to a reader of what it writes: ${name}`, () => {
    const streams = { w: { writes: [output] }, r: { reads: [input] } };
    assertEquals(order(streams), [leads, false]);
  });
}

Deno.test("an app leads to those that read what its readers write", () => {
  const streams = {
    a: { writes: ["1"] },
    c: { reads: ["2"], writes: ["3"] },
    b: { reads: ["1"], writes: ["2"] },
    d: { reads: ["3"] },
  };
  assertEquals(order(streams), [true, false]);
});

Deno.test("apps in a circle lead to each other", () => {
  const streams = {
    a: { reads: ["2"], writes: ["1"] },
    b: { reads: ["1"], writes: ["2"] },
  };
  assertEquals(order(streams), [true, true]);
});

Deno.test("rules in code order the apps that they name", () => {
  const rules = [{ path: "a", producers: ["w"], consumers: ["r"] }];
  const engine = new CapioClEngine(undefined, { capioDir: "/data", rules });
  assertEquals(engine.leadsTo("w", "r"), true);
  assertEquals(engine.leadsTo("r", "w"), false);
  assertEquals(engine.leadsTo("w", "unknown"), false);
  assertEquals(engine.hasGraph, false);
});
