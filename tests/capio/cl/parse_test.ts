import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CapioClError,
  parseCapioCl,
  parseCapioClSettings,
  parseWorkflowPlan,
} from "../../../src/capio/mod.ts";

/** A configuration around one streaming rule. */
function withRule(rule: unknown, app: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: "flights",
    IO_Graph: [{
      name: "extract",
      input_stream: [],
      output_stream: ["a"],
      streaming: [rule],
      ...app,
    }],
  });
}

function problemsOf(text: string, strict = false): string[] {
  const error = assertThrows(() => parseCapioCl(text, { strict }));
  assert(error instanceof CapioClError, `found ${error}`);
  assertEquals(error.code, "INVALID_CONFIGURATION");
  return error.problems.map(({ path, expected, found }) =>
    `${path}: expected ${expected}, found ${found}`
  );
}

Deno.test("a configuration with all members is parsed", () => {
  const config = parseCapioCl(
    `{
    "version": 1.1,
    "name": "flights",
    "configuration": "settings.toml",
    "aliases": [{ "group_name": "tables", "files": ["a.csv", "b.csv"] }],
    "IO_Graph": [{
      "name": "extract",
      "input_stream": ["raw"],
      "output_stream": ["tables", "parts"],
      "streaming": [
        { "name": ["tables"], "committed": "on_close:3", "mode": "no_update" },
        { "name": ["c"], "committed": "on_file", "file_deps": ["a.csv"] },
        { "dirname": ["parts"], "committed": "on_n_files", "n_files": 7 },
        { "dirname": ["more"], "committed": "on_termination", "n_files": 0, "file_deps": [] },
        { "name": ["d"] }
      ]
    }],
    "permanent": ["tables"],
    "exclude": ["*.tmp"],
    "home_node_policies": {
      "create": ["a"], "hashing": ["b"],
      "manual": [{ "name": ["c"], "app_node": "extract" }]
    },
    "storage": { "memory": ["a.csv"], "fs": ["b.csv"] }
  }`,
    { strict: true },
  );
  assertEquals(config, {
    version: 1.1,
    name: "flights",
    configuration: "settings.toml",
    aliases: [{ groupName: "tables", files: ["a.csv", "b.csv"] }],
    ioGraph: [{
      name: "extract",
      inputStream: ["raw"],
      outputStream: ["tables", "parts"],
      streaming: [
        {
          kind: "file",
          paths: ["tables"],
          committed: { type: "on_close", count: 3 },
          mode: "no_update",
        },
        {
          kind: "file",
          paths: ["c"],
          committed: { type: "on_file", dependencies: ["a.csv"] },
        },
        {
          kind: "directory",
          paths: ["parts"],
          committed: { type: "on_n_files", count: 7 },
        },
        {
          kind: "directory",
          paths: ["more"],
          committed: { type: "on_termination" },
        },
        { kind: "file", paths: ["d"] },
      ],
    }],
    permanent: ["tables"],
    exclude: ["*.tmp"],
    homeNodePolicies: {
      create: ["a"],
      hashing: ["b"],
      manual: [{ name: ["c"], appNode: "extract" }],
    },
    storage: { memory: ["a.csv"], fs: ["b.csv"] },
  });
});

Deno.test("a minimal configuration has version 1 and empty lists", () => {
  assertEquals(parseCapioCl(`{"name":"w","IO_Graph":[]}`, { strict: true }), {
    version: 1,
    name: "w",
    aliases: [],
    ioGraph: [],
    permanent: [],
    exclude: [],
    homeNodePolicies: { create: [], hashing: [], manual: [] },
    storage: { memory: [], fs: [] },
  });
});

const DOCUMENTED_FORMS = {
  "on_file:NAME": withRule({ name: ["a"], committed: "on_file:b:c" }),
  "n_files:N": withRule({ dirname: ["a"], committed: "n_files:1000" }),
  "files_deps": withRule({
    dirname: ["a"],
    committed: "on_file",
    files_deps: ["b"],
  }),
  "home_node_policy":
    `{"name":"w","IO_Graph":[],"home_node_policy":{"create":["a"]}}`,
  "no input_stream":
    `{"name":"w","IO_Graph":[{"name":"a","output_stream":[]}]}`,
  "no output_stream":
    `{"name":"w","IO_Graph":[{"name":"a","input_stream":[]}]}`,
};

for (const [form, text] of Object.entries(DOCUMENTED_FORMS)) {
  Deno.test(`the documented form is accepted unless strict: ${form}`, () => {
    parseCapioCl(text);
    assertEquals(problemsOf(text, true).length, 1);
  });
}

Deno.test("a byte order mark is ignored", () => {
  const text = `\ufeff{ "name": "w", "IO_Graph": [] }`;
  assertEquals(parseCapioCl(text).name, "w");
  assertEquals(problemsOf(text.replace("[]", "7")), [
    "$.IO_Graph: expected an array of objects, found 7",
  ]);
});

Deno.test("documented forms have the meaning of the schema's forms", () => {
  const rule = (text: string) => parseCapioCl(text).ioGraph[0].streaming[0];
  assertEquals(rule(DOCUMENTED_FORMS["on_file:NAME"]).committed, {
    type: "on_file",
    dependencies: ["b:c"],
  });
  assertEquals(rule(DOCUMENTED_FORMS["n_files:N"]).committed, {
    type: "on_n_files",
    count: 1000,
  });
  assertEquals(rule(DOCUMENTED_FORMS["files_deps"]).committed, {
    type: "on_file",
    dependencies: ["b"],
  });
  assertEquals(
    parseCapioCl(DOCUMENTED_FORMS["home_node_policy"]).homeNodePolicies.create,
    ["a"],
  );
});

const INVALID: [what: string, text: string, problems: string[]][] = [
  ["nothing at all", "{}", [
    '$.name: expected member "name", found nothing',
    '$.IO_Graph: expected member "IO_Graph", found nothing',
  ]],
  ["something else than an object", "[]", [
    "$: expected an object, found an array",
  ]],
  ["a number", "7", ["$: expected an object, found 7"]],
  ["an empty name", `{"name":"","IO_Graph":[]}`, [
    '$.name: expected a string that is not empty, found ""',
  ]],
  ["a graph that is text", `{"name":"w","IO_Graph":"fail"}`, [
    '$.IO_Graph: expected an array of objects, found "fail"',
  ]],
  ["a path that is no string", `{"name":"w","IO_Graph":[],"permanent":[3]}`, [
    "$.permanent[0]: expected a string, found 3",
  ]],
  ["a version that is text", `{"version":"1.1","name":"w","IO_Graph":[]}`, [
    '$.version: expected 1 or 1.1, found "1.1"',
  ]],
  ["a version not known", `{"version":2,"name":"w","IO_Graph":[]}`, [
    "$.version: expected 1 or 1.1, found 2",
  ]],
  [
    "settings without their version",
    `{"configuration":"a.toml","name":"w","IO_Graph":[]}`,
    [
      '$.version: expected 1.1, which member "configuration" needs, found nothing',
    ],
  ],
  ["storage as a list", `{"name":"w","IO_Graph":[],"storage":[]}`, [
    "$.storage: expected an object, found an array",
  ]],
  [
    "a rule for nothing",
    withRule({ committed: "on_close" }),
    [
      '$.IO_Graph[0].streaming[0].name: expected member "name" or member "dirname", found nothing',
    ],
  ],
  [
    "a rule for files and directories",
    withRule({ name: ["a"], dirname: ["b"] }),
    [
      '$.IO_Graph[0].streaming[0].dirname: expected no member "dirname" beside member "name", found an array',
    ],
  ],
  [
    "on_file without files",
    withRule({ name: ["a"], committed: "on_file" }),
    [
      '$.IO_Graph[0].streaming[0].file_deps: expected member "file_deps", which "on_file" needs, found nothing',
    ],
  ],
  [
    "on_n_files without a number",
    withRule({ dirname: ["a"], committed: "on_n_files" }),
    [
      '$.IO_Graph[0].streaming[0].n_files: expected a number from 1, which "on_n_files" needs, found nothing',
    ],
  ],
  [
    "on_n_files for a file",
    withRule({ name: ["a"], committed: "on_n_files", n_files: 2 }),
    [
      '$.IO_Graph[0].streaming[0].committed: expected a commit rule of files beside member "name", found "on_n_files"',
    ],
  ],
  [
    "wrong types in a rule",
    withRule({ dirname: ["a"], n_files: "failMe", mode: ["failMe"] }),
    [
      '$.IO_Graph[0].streaming[0].n_files: expected a number, found "failMe"',
      '$.IO_Graph[0].streaming[0].mode: expected "update" or "no_update", found an array',
    ],
  ],
];

for (const [what, text, problems] of INVALID) {
  Deno.test(`an error names the place and what was expected: ${what}`, () => {
    assertEquals(problemsOf(text), problems);
    assertEquals(problemsOf(text, true), problems);
  });
}

for (
  const committed of [
    "on_close:0",
    "on_close:",
    "on_close:x",
    "on_close:-1",
    "on_close:1.5",
    "on_closed",
    "on_termination:1",
    "",
    "ON_CLOSE",
    "on_close\n",
  ]
) {
  Deno.test(`a wrong commit rule is refused: ${JSON.stringify(committed)}`, () => {
    const [problem, ...others] = problemsOf(
      withRule({ name: ["a"], committed }),
    );
    assertEquals(others, []);
    assert(problem.startsWith("$.IO_Graph[0].streaming[0].committed: "));
  });
}

for (const member of ["extra", "toString", "constructor", "__proto__", "a b"]) {
  for (
    const [where, text] of Object.entries({
      "$": `{"name":"w","IO_Graph":[],"${member}":1}`,
      "$.storage": `{"name":"w","IO_Graph":[],"storage":{"${member}":1}}`,
      "$.IO_Graph[0]":
        `{"name":"w","IO_Graph":[{"name":"a","input_stream":[],"output_stream":[],"${member}":1}]}`,
    })
  ) {
    Deno.test(`an unknown member is refused: ${member} in ${where}`, () => {
      const [problem, ...others] = problemsOf(text, true);
      assertEquals(others, []);
      assert(problem.includes(": expected no member but "), problem);
      assert(problem.endsWith(`, found "${member}"`), problem);
    });
  }
}

Deno.test("a large configuration is refused quickly, for a mistake at any place", () => {
  const app = { name: 7, input_stream: [], output_stream: [], colour: "red" };
  const IO_Graph = Array.from({ length: 20_000 }, () => app);
  const text = JSON.stringify({ name: "w", IO_Graph }, null, 1);
  assertEquals(problemsOf(text).length, 40_000);
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  assertEquals(problemsOf(deep), ["$: expected an object, found an array"]);
});

Deno.test("a member is refused under both of its names", () => {
  const policies = { name: "w", IO_Graph: [], home_node_policies: {} };
  const text = JSON.stringify({ ...policies, home_node_policy: {} });
  assertEquals(problemsOf(text), [
    '$.home_node_policy: expected no member "home_node_policy" beside member "home_node_policies", found an object',
  ]);
  const rule = { name: ["a"], committed: "on_file", file_deps: [] };
  assertEquals(problemsOf(withRule({ ...rule, files_deps: [] })), [
    '$.IO_Graph[0].streaming[0].files_deps: expected no member "files_deps" beside member "file_deps", found an array',
  ]);
});

Deno.test("one error names all problems, in the order of the text", () => {
  const text = `{
  "extra": 1,
  "name": 3,
  "IO_Graph": [
    { "name": "a", "output_stream": "b", "also": 2, "too": 3 }
  ]
}`;
  const error = assertThrows(() => parseCapioCl(text, { source: '"w.json"' }));
  assert(error instanceof CapioClError);
  assertEquals(
    error.problems.map(({ path, line, column }) => [path, line, column]),
    [
      ["$.extra", 2, 3],
      ["$.name", 3, 3],
      ["$.IO_Graph[0].output_stream", 5, 20],
      ["$.IO_Graph[0].also", 5, 42],
      ["$.IO_Graph[0].too", 5, 53],
    ],
  );
  const lines = error.message.split("\n");
  assertEquals(lines.length, 6);
  assert(lines[0].startsWith('Invalid "w.json": $.extra (line 2, column 3): '));
  assert(lines[0].endsWith(", and 4 more problems"));
});

const NOT_JSON: [text: string, line: number, column: number, found: string][] =
  [
    ["", 1, 1, "the end of the text"],
    ["{", 1, 2, "the end of the text"],
    ['{\n  "name": "w",\n  x\n}', 3, 3, '"x"'],
    ['{\n  "name": "w",\n}', 3, 1, '"}"'],
    ["{'name': 1}", 1, 2, `"'name': 1}"`],
    ["[1, 2", 1, 6, "the end of the text"],
    ["[1 2]", 1, 4, '"2]"'],
    ["// no comments\n{}", 1, 1, '"// no comments"'],
    ['"open', 1, 1, '""open"'],
    ["01", 1, 2, '"1"'],
  ];

for (const [text, line, column, found] of NOT_JSON) {
  Deno.test(`the place where text stops being JSON is named: ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseCapioCl(text));
    assert(error instanceof CapioClError);
    assertEquals(error.problems, [
      { path: "$", line, column, expected: "JSON", found },
    ]);
    assert(error.cause instanceof SyntaxError);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("text of another type is refused as an argument", () => {
  const bytes = new Uint8Array(2) as unknown as string;
  for (const parse of [parseCapioCl, parseCapioClSettings, parseWorkflowPlan]) {
    assertThrows(
      () => parse(bytes),
      TypeError,
      '"text" must be a string, found',
    );
  }
});
