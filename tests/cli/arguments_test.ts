import { assertEquals, assertThrows } from "@std/assert";
import {
  parseArguments,
  positiveNumber,
  UsageError,
} from "../../src/cli/command/mod.ts";
import { sluice } from "./capio/sluice.ts";

Deno.test("an option without its value is named in one line", () => {
  const options = {
    ok: { type: "string" },
    output: { type: "string", short: "o" },
    long: { type: "boolean" },
  } as const;
  const dash = 'needs a value: write one that begins with "-" after "="';
  const cases: [args: string[], message: string][] = [
    [["--ok"], 'Option "--ok" needs a value'],
    [["-o"], 'Option "--output" needs a value'],
    [["--ok", "-1"], `Option "--ok" ${dash}`],
    [["--ok", "--"], `Option "--ok" ${dash}`],
    [["--output", "--long"], `Option "--output" ${dash}`],
    [["-o", "-1"], `Option "--output" ${dash}`],
    [["--long=1"], "Option '--long' does not take an argument"],
    [["--frob"], "Unknown option '--frob'"],
  ];
  for (const [args, message] of cases) {
    const parse = () => parseArguments({ args, options });
    assertEquals(assertThrows(parse, UsageError).message, message);
  }
  const { values } = parseArguments({ args: ["--ok=-1", "-o-2"], options });
  assertEquals({ ...values }, { ok: "-1", output: "-2" });
});

Deno.test("an option without its value is wrong usage", async () => {
  assertEquals(await sluice("exec", "--ok", "-1", "--", "true"), {
    code: 2,
    stdout: "",
    stderr:
      'sluice exec: Option "--ok" needs a value: write one that begins with "-" after "=", see "sluice exec --help"\n',
  });
});

Deno.test("a number that has to be positive is not 0", () => {
  const read = (text: string) => positiveNumber("--most", text, 9);
  assertEquals([read("1"), read("9")], [1, 9]);
  for (const text of ["0", "-1", "1.5", "10", ""]) {
    const rule = text === "0" ? "positive number" : "whole number up to 9";
    const message = `"--most" must be a ${rule}, found "${text}"`;
    assertEquals(assertThrows(() => read(text), UsageError).message, message);
  }
});
