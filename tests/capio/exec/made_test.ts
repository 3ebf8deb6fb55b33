import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { Program } from "@sluice/sluice/capio";
import { streamed } from "../step.ts";
import { failureOf, ProgramWorkflow } from "./program_workflow.ts";

const making = (
  text: string,
  form: "newfile" | "newdir",
): Program => ({ command: ["sh", "-c", { text }, "sh", `{${form}:made}`] });

const REFUSED: [text: string, form: "newfile" | "newdir", why: RegExp][] = [
  ['mkdir "$1"', "newfile", /publish "made": it is a directory, not a file/],
  ['ln -s /etc/passwd "$1"', "newfile", /it is a symbolic link, not a file/],
  ['mkfifo "$1"', "newfile", /it is a named pipe, not a file/],
  ['rmdir "$1"; echo a > "$1"', "newdir", /it is a file, not a directory/],
  ['rmdir "$1"; ln -s /etc "$1"', "newdir", /it is a symbolic link, not a d/],
  [
    'mkdir "$1/a"; echo x > "$1/a/f"; mkfifo "$1/a/ff"',
    "newdir",
    /Cannot publish "made\/a\/ff": it is a named pipe/,
  ],
  [
    'echo x > "$1/f"; ln -s /etc/passwd "$1/l"',
    "newdir",
    /Cannot publish "made\/l": it is a symbolic link to "\/etc\/passwd", which/,
  ],
  ['ln -s ../../x "$1/l"', "newdir", /which leads out of the workflow's dir/],
  ['ln -s "$1" "$1/l"', "newdir", /which leads out of the workflow's dir/],
];

Deno.test("nothing is published of what a program makes that is no file and no directory of files", async () => {
  using flow = new ProgramWorkflow();
  for (const [text, form, why] of REFUSED) {
    const error = failureOf(await flow.run(making(text, form)));
    assertEquals(error.code, "PROGRAM_FAILED");
    assertMatch(error.message, why);
    await flow.assertLeft();
  }
});

Deno.test("links that stay in the directory of the workflow are published", async () => {
  using flow = new ProgramWorkflow();
  const text = 'cd "$1"; echo x > f; ln -s f l; ln -s ../other o; mkdir d';
  await flow.runWell(making(text, "newdir"));
  assertEquals(flow.read("made/l"), "x\n");
  assertEquals(Deno.readLinkSync(join(flow.path, "made/o")), "../other");
});

Deno.test("what a process left behind goes on writing to is not published", async () => {
  using flow = new ProgramWorkflow();
  for (
    const [form, file] of [["newfile", "$1"], ["newdir", "$1/f"]] as const
  ) {
    const text = `(sleep 20; echo late) > "${file}" & sleep 0.1`;
    const options = { graceMilliseconds: 200 };
    assertMatch(
      failureOf(await flow.run(making(text, form), options)).message,
      /"sh" has ended, but "sh" \(process \d+\), "sleep" \(process \d+\) go on writing to "made"/,
    );
    await flow.assertLeft();
    const ends = `(sleep 0.2; echo late) > "${file}" & sleep 0.1`;
    await flow.runWell(making(ends, form));
    Deno.removeSync(join(flow.path, "made"), { recursive: true });
  }
});

Deno.test("a directory whose program failed is never complete", async () => {
  const rule = { ...streamed("made"), writes: ["made", "made/*"] };
  using flow = new ProgramWorkflow({
    maker: rule,
    reader: { ...streamed("b.txt"), reads: ["made"] },
  });
  const [made, read] = await Promise.all([
    flow.run(
      making('mkdir "$1/x"; echo hi > "$1/x/y"; sleep 0.3; exit 5', "newdir"),
      { app: "maker" },
    ),
    flow.run({ command: ["find", "{dir:made}"], stdout: "b.txt" }, {
      app: "reader",
    }),
  ]);
  assertEquals(failureOf(made).status?.code, 5);
  assert(read.error, Deno.inspect(read));
  assertMatch(
    read.error.message,
    /Cannot open "made" for reading: its producer "maker" left without creating/,
  );
  await flow.assertLeft();
});

Deno.test("a program that ignores the request to end, and what it has started, are killed after one grace period", async () => {
  using flow = new ProgramWorkflow();
  const begun = performance.now();
  await flow.run(flow.sh("trap '' TERM; sleep 20; echo", { stdout: "a" }), {
    signal: AbortSignal.timeout(100),
    graceMilliseconds: 600,
  });
  const took = performance.now() - begun;
  assert(took < 1200, `${took}`);
  await flow.assertLeft();
});

Deno.test("a file that one program is writing is written by no other", async () => {
  using flow = new ProgramWorkflow({
    first: streamed("made"),
    second: streamed("made"),
    reader: { ...streamed("b.txt"), reads: ["made"] },
  });
  const script = "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done";
  const [, second, third] = await Promise.all([
    flow.runWell(flow.sh(script, { stdout: "made" }), { app: "first" }),
    (async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await flow.run(flow.sh("echo second", { stdout: "made" }), {
        app: "second",
      });
    })(),
    (async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await flow.run(making("exit 3", "newfile"), { app: "second" });
    })(),
    flow.runWell({ command: ["cat", "{in:made}"], stdout: "b.txt" }, {
      app: "reader",
    }),
  ]);
  assertMatch(
    failureOf(second).message,
    /Cannot write "made": "first" \(process \d+\) is writing it/,
  );
  assertEquals(failureOf(third).status?.code, 3);
  const text = "1\n2\n3\n4\n5\n6\n7\n8\n";
  assertEquals([flow.read("made"), flow.read("b.txt")], [text, text]);
  await flow.assertLeft("b.txt", "made");
});
