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

const STEP = `{ "name": "one", "script": "one.ts" }`;

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
