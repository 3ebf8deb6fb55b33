import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  CapioClEngine,
  CapioError,
  parseCapioCl,
} from "../../../src/capio/mod.ts";

const CAPIO_DIR = "/data/run";

interface Sections {
  aliases?: unknown;
  apps?: Record<string, unknown>;
  permanent?: string[];
  exclude?: string[];
  storage?: unknown;
}

/** An engine for apps written as `name: { input_stream, ... }`. */
function engineFor(
  { apps = {}, ...sections }: Sections,
  capioDir = CAPIO_DIR,
): CapioClEngine {
  const graph = Object.entries(apps).map(([name, app]) => ({
    name,
    ...(app as Record<string, unknown>),
  }));
  const text = JSON.stringify({ name: "w", IO_Graph: graph, ...sections });
  return new CapioClEngine(parseCapioCl(text), { capioDir });
}

const flights = engineFor({
  apps: {
    extract: {
      output_stream: ["flights.csv"],
      streaming: [
        { name: ["flights.csv"], committed: "on_close:2", mode: "no_update" },
      ],
    },
    delays: { input_stream: ["flights.csv"], output_stream: ["delays.csv"] },
    report: { input_stream: ["delays.csv"], output_stream: ["report.svg"] },
  },
  permanent: ["delays.csv"],
});

Deno.test("the engine answers with producers, consumers and rules of a path", () => {
  assertEquals(flights.name, "w");
  assertEquals(flights.apps, ["extract", "delays", "report"]);
  assertEquals(flights.producers("flights.csv"), ["extract"]);
  assertEquals(flights.consumers("flights.csv"), ["delays"]);
  assertEquals(flights.commitRule("flights.csv"), {
    type: "on_close",
    count: 2,
  });
  assertEquals(flights.fireRule("flights.csv"), "no_update");
  assertEquals(flights.isDeclared("flights.csv"), true);
  assertEquals(flights.isPermanent("flights.csv"), false);
  assertEquals(flights.isPermanent("delays.csv"), true);
});

Deno.test("a path without any statement has the defaults", () => {
  assertEquals(flights.producers("other"), []);
  assertEquals(flights.consumers("other"), []);
  assertEquals(flights.commitRule("other"), { type: "on_termination" });
  assertEquals(flights.fireRule("other"), "update");
  assertEquals(flights.isDeclared("other"), false);
  assertEquals(flights.isPermanent("other"), false);
  assertEquals(flights.isExcluded("other"), false);
  assertEquals(flights.isDirectory("other"), false);
  assertEquals(flights.isInMemory("other"), false);
});

Deno.test("without a configuration every path is permanent", () => {
  const engine = new CapioClEngine(undefined, { capioDir: CAPIO_DIR });
  assertEquals(engine.name, undefined);
  assertEquals(engine.apps, []);
  assertEquals(engine.isPermanent("a"), true);
  assertEquals(engine.isDeclared("a"), false);
  assertEquals(engine.commitRule("a"), { type: "on_termination" });
  assertEquals(engine.fireRule("a"), "update");
});

for (
  const spelling of [
    "flights.csv",
    "/data/run/flights.csv",
    "./flights.csv",
    "sub/../flights.csv",
    "//data//run/./flights.csv",
  ]
) {
  Deno.test(`every spelling of a path means one file: ${spelling}`, () => {
    assertEquals(flights.producers(spelling), ["extract"]);
    assertEquals(flights.relativePath(spelling), "flights.csv");
    const engine = engineFor({ apps: { a: { output_stream: [spelling] } } });
    assertEquals(engine.producers("flights.csv"), ["a"]);
  });
}

Deno.test("the empty path is the workflow's directory itself", () => {
  assertEquals(flights.relativePath("/data/run/"), "");
  assertEquals(flights.relativePath("."), "");
});

for (const path of ["/data/run2/a", "/data", "../a", "/data/run/../x"]) {
  Deno.test(`a path outside is refused: ${path}`, () => {
    assertThrows(() => flights.producers(path), RangeError, "lies outside");
  });
}

Deno.test("an exact path beats a glob, a longer glob a shorter one", () => {
  const engine = engineFor({
    apps: {
      a: {
        streaming: [
          { name: ["*"], committed: "on_close:1", mode: "no_update" },
          { name: ["*.csv"], committed: "on_close:2", mode: "no_update" },
          { name: ["out/*.csv"], committed: "on_close:3" },
          { name: ["out/a.csv"], committed: "on_close:4" },
        ],
      },
    },
  });
  const count = (path: string) => {
    const rule = engine.commitRule(path);
    return rule.type === "on_close" ? rule.count : rule.type;
  };
  assertEquals(
    ["x", "x.csv", "out/x.csv", "out/a.csv"].map(count),
    [1, 2, 3, 4],
  );
  assertEquals(engine.fireRule("x.csv"), "no_update");
  assertEquals(engine.fireRule("out/x.csv"), "update");
});

Deno.test("of globs of one length the first one counts", () => {
  const engine = engineFor({
    apps: {
      a: {
        streaming: [
          { name: ["ab*"], committed: "on_close:1" },
          { name: ["*bc"], committed: "on_close:2" },
        ],
      },
    },
  });
  assertEquals(engine.commitRule("abc"), { type: "on_close", count: 1 });
});

Deno.test("globs in all lists: streams, permanent, exclude, storage", () => {
  const engine = engineFor({
    apps: {
      a: { output_stream: ["*.csv"] },
      b: { output_stream: ["x*"], input_stream: ["in/*"] },
    },
    permanent: ["*.csv"],
    exclude: ["*~"],
    storage: { memory: ["x*"], fs: ["x/*"] },
  });
  assertEquals(engine.producers("x.csv"), ["a", "b"]);
  assertEquals(engine.consumers("in/deep/file"), ["b"]);
  assertEquals(engine.isPermanent("x.csv"), true);
  assertEquals(engine.isPermanent("x.txt"), false);
  assertEquals(engine.isExcluded("a~"), true);
  assertEquals(engine.isInMemory("xyz"), true);
  assertEquals(engine.isInMemory("x/y"), false);
});

Deno.test("an absolute glob counts where it matches inside the directory", () => {
  const engine = engineFor({
    apps: {
      a: { output_stream: ["/data/*.csv", "/data/run/*.txt", "/else/*"] },
    },
  });
  assertEquals(engine.producers("x.csv"), ["a"]);
  assertEquals(engine.producers("x.txt"), ["a"]);
  assertEquals(engine.producers("x"), []);
});

Deno.test("a directory whose name looks like a glob is no glob", () => {
  const engine = engineFor(
    { apps: { a: { output_stream: ["*.csv", "/data/[run]/x"] } } },
    "/data/[run]",
  );
  assertEquals(engine.producers("/data/[run]/a.csv"), ["a"]);
  assertEquals(engine.producers("x"), ["a"]);
  assertEquals(engine.producers("[x].csv"), ["a"]);
});

Deno.test("statements about a directory hold for its entries", () => {
  const engine = engineFor({
    apps: {
      a: {
        output_stream: ["parts"],
        streaming: [
          {
            dirname: ["parts"],
            committed: "on_n_files",
            n_files: 3,
            mode: "no_update",
          },
          { dirname: ["done"], committed: "on_file", file_deps: ["parts"] },
          { name: ["done/first"], committed: "on_close" },
        ],
      },
    },
    permanent: ["parts"],
  });
  assertEquals(engine.isDirectory("parts"), true);
  assertEquals(engine.isDirectory("parts/1"), false);
  assertEquals(engine.isNamedOutput("parts/sub"), true);
  assertEquals(engine.isNamedOutput("done"), false);
  assertEquals(engine.commitRule("parts"), { type: "on_n_files", count: 3 });
  assertEquals(engine.commitRule("parts/1"), { type: "on_termination" });
  assertEquals(engine.fireRule("parts/sub/1"), "no_update");
  assertEquals(engine.producers("parts/sub/1"), ["a"]);
  assertEquals(engine.isPermanent("parts/sub/1"), true);
  assertEquals(engine.isDeclared("parts/1"), true);
  assertEquals(engine.isDeclared("parts2"), false);
  assertEquals(engine.commitRule("done/x"), {
    type: "on_file",
    dependencies: ["parts"],
  });
  assertEquals(engine.commitRule("done/first"), { type: "on_close", count: 1 });
});

Deno.test("a rule may name the whole directory", () => {
  const engine = engineFor({ apps: { a: { output_stream: ["."] } } });
  assertEquals(engine.producers("x/y"), ["a"]);
});

Deno.test("groups stand for paths in every list", () => {
  const engine = engineFor({
    aliases: [
      { group_name: "tables", files: ["a.csv", "b.csv"] },
      { group_name: "all", files: ["tables", "c.csv"] },
    ],
    apps: {
      a: {
        input_stream: ["tables"],
        output_stream: ["all"],
        streaming: [
          { name: ["tables"], committed: "on_close" },
          { name: ["x"], committed: "on_file", file_deps: ["all"] },
        ],
      },
    },
    permanent: ["all"],
    exclude: ["tables"],
    storage: { memory: ["tables"] },
  });
  assertEquals(engine.producers("c.csv"), ["a"]);
  assertEquals(engine.consumers("b.csv"), ["a"]);
  assertEquals(engine.commitRule("b.csv").type, "on_close");
  assertEquals(engine.commitRule("x"), {
    type: "on_file",
    dependencies: ["a.csv", "b.csv", "c.csv"],
  });
  assertEquals(engine.isPermanent("a.csv"), true);
  assertEquals(engine.isExcluded("a.csv"), true);
  assertEquals(engine.isInMemory("a.csv"), true);
  assertEquals(engine.isDeclared("tables"), false);
});

Deno.test("a group that contains itself is refused", () => {
  const error = assertThrows(() =>
    engineFor({
      aliases: [
        { group_name: "one", files: ["two"] },
        { group_name: "two", files: ["one"] },
      ],
    }), CapioError);
  assertEquals(error.code, "INVALID_CONFIGURATION");
  assertStringIncludes(error.message, 'Alias "one" contains itself');
});

Deno.test("two groups of one name are refused", () => {
  assertThrows(
    () =>
      engineFor({
        aliases: [
          { group_name: "one", files: ["a"] },
          { group_name: "one", files: ["b"] },
        ],
      }),
    CapioError,
    'Two aliases are named "one"',
  );
});

Deno.test("groups that double at every level are expanded quickly", () => {
  const aliases = Array.from({ length: 60 }, (_, level) => ({
    group_name: `g${level}`,
    files: level === 0
      ? ["file"]
      : [`g${level - 1}`, `./g${level - 1}`, `g${level - 1}`],
  }));
  const engine = engineFor({ aliases, permanent: ["g59"] });
  assertEquals(engine.isPermanent("file"), true);
});

Deno.test("rules that contradict each other about a path are refused", () => {
  const error = assertThrows(() =>
    engineFor({
      apps: {
        a: { streaming: [{ name: ["x"], committed: "on_close" }] },
        b: { streaming: [{ name: ["./x"], committed: "on_termination" }] },
      },
    }), CapioError);
  assertEquals(error.code, "INVALID_CONFIGURATION");
  assertStringIncludes(error.message, 'Rules for "./x" contradict each other');
});

Deno.test("a dependency outside of the directory is refused", () => {
  const dependingOn = (...file_deps: string[]) =>
    engineFor({
      apps: {
        a: { streaming: [{ name: ["x"], committed: "on_file", file_deps }] },
      },
    });
  assertEquals([...dependingOn("./b", "/data/run/c").dependencies], ["b", "c"]);
  const error = assertThrows(() => dependingOn("b", "/data/flag"), CapioError);
  assertEquals(error.code, "INVALID_CONFIGURATION");
  assertStringIncludes(error.message, 'depend on "/data/flag"');
});

Deno.test("a rule does not contradict another by leaving something out", () => {
  const engine = engineFor({
    apps: {
      a: { streaming: [{ name: ["x"], committed: "on_close" }] },
      b: { streaming: [{ name: ["x"], mode: "no_update" }, { name: ["x"] }] },
    },
  });
  assertEquals(engine.commitRule("x").type, "on_close");
  assertEquals(engine.fireRule("x"), "no_update");
});

Deno.test("the graph decides which apps may read, write and make directories", () => {
  const engine = engineFor({
    apps: {
      writer: { output_stream: ["out/deep/x.csv", "logs/*.txt"] },
      reader: { input_stream: ["out/deep/x.csv"] },
    },
  });
  assertEquals(engine.mayWrite("writer", "out/deep/x.csv"), true);
  assertEquals(engine.mayRead("writer", "out/deep/x.csv"), true);
  assertEquals(engine.mayRead("reader", "out/deep/x.csv"), true);
  assertEquals(engine.mayWrite("reader", "out/deep/x.csv"), false);
  assertEquals(engine.mayWrite("stranger", "out/deep/x.csv"), false);
  assertEquals(engine.mayRead("reader", "other"), false);
  assertEquals(engine.mayMakeDirectory("writer", "out"), true);
  assertEquals(engine.mayMakeDirectory("writer", "out/deep"), true);
  assertEquals(engine.mayMakeDirectory("writer", "logs"), true);
  assertEquals(engine.mayMakeDirectory("writer", "logs/2024"), true);
  assertEquals(engine.mayMakeDirectory("writer", "o"), false);
  assertEquals(engine.mayMakeDirectory("reader", "out"), false);
});

Deno.test("rules in code add to the configuration, fact by fact", () => {
  const base = engineFor({
    apps: {
      a: {
        output_stream: ["*.csv"],
        streaming: [{ name: ["*.csv"], committed: "on_close:2" }],
      },
    },
  });
  const engine = base.withRules([
    { path: "x.csv", fire: "no_update", consumers: ["b"], isPermanent: true },
    { path: "parts", directoryNFileExpected: 5 },
    { path: "y", fileDependencies: ["./x.csv", "/data/run/z"] },
    { path: "z", closeCount: 3, producers: ["c"], isExcluded: true },
  ]);
  assertEquals(engine.commitRule("x.csv"), { type: "on_close", count: 2 });
  assertEquals(engine.fireRule("x.csv"), "no_update");
  assertEquals(engine.isPermanent("x.csv"), true);
  assertEquals(engine.commitRule("parts"), { type: "on_n_files", count: 5 });
  assertEquals(engine.isDirectory("parts"), true);
  assertEquals(engine.commitRule("y"), {
    type: "on_file",
    dependencies: ["x.csv", "z"],
  });
  assertEquals(engine.commitRule("z"), { type: "on_close", count: 3 });
  assertEquals(engine.isExcluded("z"), true);
  assertEquals(engine.apps, ["a", "b", "c"]);
  assertEquals(base.fireRule("x.csv"), "update");
  assertThrows(
    () => engine.withRules([{ path: "x.csv", fire: "update" }]),
    CapioError,
    "contradict each other",
  );
});

Deno.test("with rules in code alone every path stays permanent unless a rule says otherwise", () => {
  const engine = new CapioClEngine(undefined, {
    capioDir: CAPIO_DIR,
    rules: [
      { path: "a", committed: "on_close" },
      { path: "b", isPermanent: false },
    ],
  });
  assertEquals(engine.isPermanent("a"), true);
  assertEquals(engine.isPermanent("b"), false);
  assertEquals(engine.isPermanent("c"), true);
});

Deno.test("answers about many paths do not fill the memory", () => {
  for (let file = 0; file < 25_000; file++) {
    assert(!flights.isDeclared(`file${file}`));
  }
  assert(flights.isDeclared("flights.csv"));
});

Deno.test("a rule of a directory or a glob makes no file wait for itself", () => {
  const rulesFor = (streaming: unknown[]) =>
    engineFor({ apps: { a: { output_stream: ["*"], streaming } } });
  const termination = { type: "on_termination" } as const;
  const onFile = (...dependencies: string[]) =>
    ({ type: "on_file", dependencies }) as const;

  const marked = rulesFor([
    { dirname: ["out"], committed: "on_file", file_deps: ["out/_SUCCESS"] },
  ]);
  assertEquals(marked.commitRule("out"), onFile("out/_SUCCESS"));
  assertEquals(marked.commitRule("out/part"), onFile("out/_SUCCESS"));
  assertEquals(marked.commitRule("out/deep/part"), onFile("out/_SUCCESS"));
  assertEquals(marked.commitRule("out/_SUCCESS"), termination);
  assertEquals(marked.commitRule(`${CAPIO_DIR}/out/_SUCCESS`), termination);

  // Each of two markers would wait for the other.
  const twice = rulesFor([
    { dirname: ["out"], committed: "on_file", file_deps: ["out/a", "out/b"] },
  ]);
  assertEquals(twice.commitRule("out/part"), onFile("out/a", "out/b"));
  assertEquals(twice.commitRule("out/a"), termination);
  assertEquals(twice.commitRule("out/b"), termination);

  // A less specific rule takes the place of the one that does not hold.
  const globs = rulesFor([
    { name: ["out/*"], committed: "on_file", file_deps: ["out/done"] },
    { name: ["*"], committed: "on_close" },
  ]);
  assertEquals(globs.commitRule("out/part"), onFile("out/done"));
  assertEquals(globs.commitRule("out/done"), { type: "on_close", count: 1 });

  // Through a file that has a rule of its own.
  const around = rulesFor([
    { dirname: ["out"], committed: "on_file", file_deps: ["index"] },
    { name: ["index"], committed: "on_file", file_deps: ["out/last"] },
  ]);
  assertEquals(around.commitRule("out/part"), onFile("index"));
  assertEquals(around.commitRule("index"), onFile("out/last"));
  assertEquals(around.commitRule("out/last"), termination);

  // What the configuration says of the very file holds.
  const exact = rulesFor([
    { name: ["a"], committed: "on_file", file_deps: ["a"] },
  ]);
  assertEquals(exact.commitRule("a"), onFile("a"));
});

Deno.test("a path that a rule depends on is declared", () => {
  const document = {
    name: "t",
    IO_Graph: [{
      name: "w",
      streaming: [
        { name: ["a"], committed: "on_file", file_deps: ["b", "c/*.csv"] },
      ],
    }],
  };
  const engine = new CapioClEngine(parseCapioCl(JSON.stringify(document)), {
    capioDir: CAPIO_DIR,
    rules: [{ path: "d", fileDependencies: ["e"] }],
  });
  const declared = ["a", "b", "c/1.csv", "d", "e", "c/1.json", "f"]
    .filter((path) => engine.isDeclared(path));
  assertEquals(declared, ["a", "b", "c/1.csv", "d", "e"]);
});

Deno.test("a graph has apps, and an app's input names a path exactly or by a glob", () => {
  const of = (graph: unknown[]) =>
    new CapioClEngine(
      parseCapioCl(JSON.stringify({ name: "t", IO_Graph: graph })),
      { capioDir: CAPIO_DIR },
    );
  assert(!of([]).hasGraph);
  const engine = of([{ name: "r", input_stream: ["a", "*.csv"] }]);
  assert(engine.hasGraph);
  assert(engine.isNamedInput("r", `${CAPIO_DIR}/a`));
  assert(!engine.isNamedInput("r", "a.csv"));
  assert(!engine.isNamedInput("w", "a"));
});
