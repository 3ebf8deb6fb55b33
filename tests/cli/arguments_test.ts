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
    [["--long=1"], 'Option "--long" takes no value'],
    [["--frob"], 'Unknown option "--frob"'],
    [["--ouptut=a"], 'Unknown option "--ouptut", did you mean "--output"?'],
    [["--lng"], 'Unknown option "--lng", did you mean "--long"?'],
    [["--hepl"], 'Unknown option "--hepl", did you mean "--help"?'],
    [["-x"], 'Unknown option "-x"'],
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

Deno.test("an unknown command or option suggests the near one", async () => {
  const cases: [args: string[], stderr: string][] = [
    [
      ["statsu"],
      'sluice: Unknown command "statsu", did you mean "status"? See "sluice --help"',
    ],
    [
      ["frobnicate"],
      'sluice: Unknown command "frobnicate", see "sluice --help"',
    ],
    [
      ["--verison"],
      'sluice: Unknown option "--verison", did you mean "--version"? See "sluice --help"',
    ],
    [
      ["store", "gte"],
      'sluice store: Unknown command "gte", did you mean "get"? See "sluice store --help"',
    ],
    [
      ["run", "--capio-dri=data", "a.ts"],
      'sluice run: Unknown option "--capio-dri", did you mean "--capio-dir"? See "sluice run --help"',
    ],
  ];
  for (const [args, stderr] of cases) {
    assertEquals(await sluice(...args), {
      code: 2,
      stdout: "",
      stderr: `${stderr}\n`,
    });
  }
});

Deno.test("the version of the command is that of the package", async () => {
  const config = new URL("../../deno.json", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(config));
  const { code, stdout } = await sluice("--version");
  assertEquals([code, stdout], [
    0,
    `sluice ${version} (deno ${Deno.version.deno})\n`,
  ]);
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
