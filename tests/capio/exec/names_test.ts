import { assertEquals } from "@std/assert";
import { capioPath, runProgram, withCapio } from "@sluice/sluice/capio";
import { join } from "@std/path";
import { parseArgument } from "../../../src/capio/exec/mod.ts";
import { ProgramWorkflow } from "./program_workflow.ts";

const NAMES = [
  "with spaces.txt",
  "'single' \"double\" `back`",
  "new\nline",
  "-rf",
  "--help",
  "$(touch injected); touch injected",
  "a{in:b}.txt",
  "{in:b",
  "}}",
  "*?[a]",
  "ünïcödé ☂",
  "back\\slash",
];

/** A name as it stands in an argument. */
const escaped = (name: string) => name.replaceAll("}", "}}");

Deno.test("a name is a name, whatever it holds, in every form", async () => {
  using flow = new ProgramWorkflow();
  Deno.mkdirSync(join(flow.path, "in"));
  for (const [index, name] of NAMES.entries()) {
    flow.write(`in/${name}`, `${index}\n`);
    const at = (directory: string) => `{${directory}/${escaped(name)}}`;
    await flow.runWell({
      command: [
        "sh",
        "-c",
        { text: 'cat - "$1" "$2" > "$3"; cp "$2" "$4"; echo "$5"' },
        "sh",
        at("in:in"),
        { file: `in/${name}` },
        at("out:out"),
        at("newfile:new"),
        { text: name },
      ],
      stdin: `in/${name}`,
      stdout: `printed/${name}`,
    });
    assertEquals(flow.read(`out/${name}`), `${index}\n`.repeat(3));
    assertEquals(flow.read(`new/${name}`), `${index}\n`);
    assertEquals(flow.read(`printed/${name}`), `${name}\n`);
  }
  const names = ["in", "new", "out", "printed"]
    .flatMap((it) => [it, ...NAMES.map((name) => `${it}/${name}`)]);
  await flow.assertLeft(...names);
});

const ARGUMENTS: [text: string, parts: unknown[]][] = [
  ["", []],
  ["plain", ["plain"]],
  ["{print $1}", ["{print $1}"]],
  ["{in:a}", [{ form: "in", path: "a" }]],
  ["--x={in:a},{out:b c}!", [
    "--x=",
    { form: "in", path: "a" },
    ",",
    { form: "out", path: "b c" },
    "!",
  ]],
  ["{{in:a}", ["{in:", "a}"]],
  ["{{{newdir:a}", ["{{newdir:", "a}"]],
  ["{file:a}}b}", [{ form: "file", path: "a}b" }]],
  ["{file:a{in:b}}}", [{ form: "file", path: "a{in:b}" }]],
  ["{inn:a}", ["{inn:a}"]],
];

for (const [text, parts] of ARGUMENTS) {
  Deno.test(`the argument ${JSON.stringify(text)} is taken apart`, () => {
    assertEquals(
      parseArgument(text),
      parts as ReturnType<typeof parseArgument>,
    );
  });
}

Deno.test(
  "a program gets no descriptors but its standard streams and copies of them",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    using flow = new ProgramWorkflow();
    flow.write("a.txt", "");
    flow.write("b.txt", "");
    using _other = Deno.openSync(join(flow.path, "b.txt"));
    await flow.runWell({
      command: ["sh", "-c", { text: "ls -l /proc/self/fd" }],
      stdin: "a.txt",
      stdout: "out.txt",
    });
    const targets = flow.read("out.txt").split("\n")
      .map((line) => line.split(" -> ")[1]?.replace(`${flow.path}/`, ""))
      .filter((it) => it?.includes(".txt") || it?.includes(".capio"));
    assertEquals(
      [...new Set(targets)].sort(),
      [".capio/CAPIO/spool/out.txt", "a.txt"],
    );
  },
);

Deno.test("a program that a step starts itself finds a file by its real path", async () => {
  using flow = new ProgramWorkflow();
  const before = Deno.cwd();
  await withCapio({ capioDir: flow.path, appName: "writer" }, async () => {
    const path = join(flow.path, "a.txt");
    await Deno.writeTextFile(path, "a\n");
    await runProgram({ command: ["sort"], stdin: "a.txt", stdout: "b.txt" });
    const real = await capioPath(path).real();
    const { stdout } = await new Deno.Command("cat", { args: [real] }).output();
    assertEquals(new TextDecoder().decode(stdout), "a\n");
  });
  assertEquals(Deno.cwd(), before);
  assertEquals(flow.read("b.txt"), "a\n");
  await flow.assertLeft("a.txt", "b.txt");
});
