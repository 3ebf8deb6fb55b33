import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CapioClError, parseWorkflowPlan } from "../../../src/capio/mod.ts";

Deno.test("a plan needs only the names and scripts of its steps", () => {
  const steps = [{ name: "one", script: "one.ts" }];
  assertEquals(parseWorkflowPlan(JSON.stringify({ steps })), {
    capioDir: ".",
    workflowName: "CAPIO",
    steps: [{ name: "one", script: "one.ts", args: [], denoFlags: [] }],
  });
});

Deno.test("a plan with all members is parsed", () => {
  const plan = {
    capioDir: "data",
    workflowName: "flights",
    capioCl: "flights.capio.json",
    steps: [{
      name: "extract",
      script: "jsr:@example/extract",
      args: ["--fast", ""],
      denoFlags: ["--allow-net", "-q"],
      partialReads: true,
    }],
  };
  assertEquals(parseWorkflowPlan(JSON.stringify(plan)), plan);
});

Deno.test("a step of a plan can be any program", () => {
  const step = {
    name: "unpack",
    command: ["gzip", "-dc", "{in:a.gz}", ""],
    stdin: "a.gz",
    stdout: "a.csv",
    stderr: "log.txt",
    env: { LC_ALL: "C" },
    cwd: "tools",
    ok: [0, 2],
  };
  const { steps } = parseWorkflowPlan(JSON.stringify({ steps: [step] }));
  assertEquals(steps, [step]);
});

const STEP = `{ "name": "one", "script": "one.ts" }`;

Deno.test("each step of a plan can say its machine", () => {
  const placed = [
    { name: "one", machine: "north-1", command: ["true"] },
    {
      name: "two",
      machine: "South_2",
      script: "a.ts",
      args: [],
      denoFlags: [],
    },
  ];
  const { steps } = parseWorkflowPlan(JSON.stringify({ steps: placed }));
  assertEquals(steps, placed);
});

const WRONG: [name: string, text: string, problem: string][] = [
  ["no object", `[]`, "$ (line 1, column 1): expected an object"],
  ["no steps", `{}`, `$.steps (line 1, column 1): expected member "steps"`],
  ["an empty list", `{"steps": []}`, "$.steps (line 1, column 2): expected at"],
  [
    "a step that is none",
    `{\n  "steps": [${STEP}, 3]\n}`,
    "$.steps[1] (line 2, column 52): expected an object, found 3",
  ],
  [
    "a machine of a name that none has",
    `{"steps": [{ "name": "one", "machine": "a.b", "script": "one.ts" }]}`,
    '$.steps[0].machine (line 1, column 29): expected a name of 1 to 32 letters, digits, "-" and "_", found "a.b"',
  ],
  [
    "a step without a machine among others that have one",
    `{"steps": [${STEP},\n{ "name": "two", "machine": "b", "command": ["a"] }]}`,
    '$.steps[0].machine (line 1, column 12): expected member "machine", as other steps have one',
  ],
  [
    "two steps of one name",
    `{"steps": [${STEP},\n ${STEP}]}`,
    "$.steps[1] (line 2, column 2): expected a step with a name that no other",
  ],
  [
    "an empty name",
    `{"steps": [{"name": "", "script": "a"}]}`,
    `$.steps[0].name (line 1, column 13): expected a string that is not empty`,
  ],
  [
    "an argument that is no string",
    `{"steps": [{"name": "a", "script": "a", "args": [1]}]}`,
    `$.steps[0].args[0] (line 1, column 50): expected a string, found 1`,
  ],
  [
    "a flag that would be taken for the script",
    `{"steps": [{"name": "a", "script": "a", "denoFlags": ["x"]}]}`,
    `$.steps[0].denoFlags[0] (line 1, column 55): expected a flag`,
  ],
  [
    "a script and a command",
    `{"steps": [{"name": "a", "command": ["a"], "script": "a"}]}`,
    `$.steps[0].script (line 1, column 44): expected no member but "name"`,
  ],
  [
    "a command without a program",
    `{"steps": [{"name": "a", "command": []}]}`,
    `$.steps[0].command (line 1, column 26): expected an array that begins with a program`,
  ],
  [
    "a path without an end",
    `{"steps": [{"name": "a", "command": ["a", "{in:b"]}]}`,
    `$.steps[0].command[1] (line 1, column 43): expected an argument without NUL in which`,
  ],
  [
    "a status that there is not",
    `{"steps": [{"name": "a", "command": ["a"], "ok": [256]}]}`,
    `$.steps[0].ok[0] (line 1, column 51): expected a status from 0 to 255`,
  ],
  [
    "an environment that is none",
    `{"steps": [{"name": "a", "command": ["a"], "env": ["A"]}]}`,
    `$.steps[0].env (line 1, column 44): expected an object of strings`,
  ],
  [
    "a variable that is no string",
    `{"steps": [{"name": "a", "command": ["a"], "env": {"A": 1}}]}`,
    `$.steps[0].env.A (line 1, column 52): expected a string`,
  ],
  [
    "a variable with another name than there is",
    `{"steps": [{"name": "a", "command": ["a"], "env": {"A=B": "1"}}]}`,
    `$.steps[0].env["A=B"] (line 1, column 52): expected a variable without "=" in its name`,
  ],
  [
    "a misspelt member",
    `{"steps": [${STEP}], "capioDIR": "x"}`,
    `$.capioDIR (line 1, column 52): expected no member but "capioDir"`,
  ],
];

for (const [name, text, problem] of WRONG) {
  Deno.test(`a plan with ${name} is refused with the place of the mistake`, () => {
    const error = assertThrows(
      () => parseWorkflowPlan(text, { source: '"plan.json"' }),
      CapioClError,
    );
    const [line] = error.message.split("\n");
    assertStringIncludes(line, `Invalid "plan.json": ${problem}`);
  });
}
