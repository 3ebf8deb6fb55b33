import { assertEquals } from "@std/assert";
import { streamed } from "../step.ts";
import { ProgramWorkflow } from "./program_workflow.ts";

/** A step that writes `a.txt` in two halves, the second once `go` is there. */
const SLOW =
  'printf "first\\n"; while ! test -e "$1/go"; do sleep 0.02; done; echo second';

Deno.test("a program gets a finished file on standard input, and prints another", async () => {
  using flow = new ProgramWorkflow();
  flow.write("a.txt", "b\na\n");
  await flow.runWell({ command: ["sort"], stdin: "a.txt", stdout: "b.txt" });
  assertEquals(flow.read("b.txt"), "a\nb\n");
  await flow.assertLeft("a.txt", "b.txt");
});

Deno.test("standard output is read while it is written, by standard input and by a path", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    stdin: { ...streamed("b.txt"), reads: ["a.txt"] },
    path: { reads: ["a.txt"], ...streamed("c.txt") },
  });
  const seen = {
    command: [
      "sh",
      "-c",
      { text: 'read line; echo "$line"; : > "$1/go"; cat' },
      "sh",
      flow.path,
    ],
    stdin: "a.txt",
    stdout: "b.txt",
  };
  await Promise.all([
    flow.runWell(seen, { app: "stdin" }),
    flow.runWell({ command: ["cat", "--", "{in:a.txt}"], stdout: "c.txt" }, {
      app: "path",
    }),
    flow.runWell({
      command: ["sh", "-c", { text: SLOW }, "sh", flow.path],
      stdout: "a.txt",
    }, { app: "writer" }),
  ]);
  for (const name of ["a.txt", "b.txt", "c.txt"]) {
    assertEquals(flow.read(name), "first\nsecond\n");
  }
  await flow.assertLeft("a.txt", "b.txt", "c.txt", "go");
});

Deno.test("a whole file and a whole directory are waited for", async () => {
  using flow = new ProgramWorkflow({
    file: streamed("a.txt"),
    dir: { writes: ["parts", "parts/*"] },
    reader: { reads: ["a.txt", "parts"], writes: ["out.txt"] },
  });
  await Promise.all([
    flow.runWell({
      command: [
        "sh",
        "-c",
        { text: 'tail -n 1 "$1"; ls "$2"; cat "$2"/*' },
        "sh",
        { file: "a.txt" },
        { dir: "parts" },
      ],
      stdout: "out.txt",
    }, { app: "reader" }),
    flow.runWell(flow.sh("echo 1; sleep 0.1; echo 2", { stdout: "a.txt" }), {
      app: "file",
    }),
    flow.runWell({
      command: [
        "sh",
        "-c",
        { text: 'echo x > "$1/x"; sleep 0.1; echo y > "$1/y"' },
        "sh",
        "{newdir:parts}",
      ],
    }, { app: "dir" }),
  ]);
  assertEquals(flow.read("out.txt"), "2\nx\ny\nx\ny\n");
  await flow.assertLeft("a.txt", "out.txt", "parts", "parts/x", "parts/y");
});
