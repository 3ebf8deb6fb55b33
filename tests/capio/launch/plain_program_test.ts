import { assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import { plainProgram } from "../../../src/capio/mod.ts";

Deno.test("a program of a plan gets the paths themselves when it runs without sluice", () => {
  const data = resolve("data");
  const program = plainProgram({
    name: "all",
    command: [
      "program",
      "{in:a}",
      "--from={file:below/b}",
      "{dir:c}/x",
      "{out:d}",
      "{newfile:e}",
      "{newdir:f}/part-",
      "{{in:text}",
    ],
    stdin: "g",
    stdout: "h",
    stderr: "h",
  }, data);
  assertEquals(program, {
    command: [
      "program",
      join(data, "a"),
      `--from=${join(data, "below/b")}`,
      `${join(data, "c")}/x`,
      join(data, "d"),
      join(data, "e"),
      `${join(data, "f")}/part-`,
      "{in:text}",
    ],
    stdin: join(data, "g"),
    stdout: join(data, "h"),
    stderr: join(data, "h"),
    newFiles: [join(data, "d"), join(data, "e")],
    newDirectories: [join(data, "f")],
  });
});
