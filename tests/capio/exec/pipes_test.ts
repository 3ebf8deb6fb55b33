import { assertEquals, assertMatch } from "@std/assert";
import { streamed } from "../step.ts";
import {
  failureOf,
  MARK,
  type ProgramOutcome,
  ProgramWorkflow,
} from "./program_workflow.ts";

/** Runs a shell script whose first argument is a file that is being written. */
async function reading(
  flow: ProgramWorkflow,
  script: string,
): Promise<ProgramOutcome> {
  const [, outcome] = await Promise.all([
    flow.runWell(
      flow.sh("seq 1 30000; sleep 0.4; seq 1 10", {
        stdout: "a.txt",
      }),
      { app: "writer" },
    ),
    flow.run({
      command: ["sh", "-c", { text: script }, "sh", "{in:a.txt}"],
      stdout: "b.txt",
      stderr: "log.txt",
    }, { app: "reader", graceMilliseconds: 300 }),
  ]);
  return outcome;
}

function readingFlow(): ProgramWorkflow {
  return new ProgramWorkflow({
    writer: streamed("a.txt"),
    reader: { ...streamed("b.txt"), reads: ["a.txt"] },
  });
}

Deno.test("a pipe that a program opens again, after it has read from it, is not there", async () => {
  for (
    const script of [
      'head -n 1 "$1"; tail -n +2 "$1"',
      'cat "$1"; cat "$1"',
    ]
  ) {
    using flow = readingFlow();
    assertMatch(
      failureOf(await reading(flow, script)).message,
      /"sh" ended with status 1/,
    );
    await flow.assertLeft("a.txt");
  }
});

Deno.test("processes of a program can share a pipe that one of them has opened", async () => {
  for (
    const script of [
      '{ head -n 1; cat > /dev/null; } < "$1"',
      'while read line; do echo "$line"; break; done < "$1"',
      'exec 3< "$1"; (head -n 1 <&3)',
      'head -n 1 "$1" | cat',
    ]
  ) {
    using flow = readingFlow();
    assertEquals((await reading(flow, script)).status?.code, 0);
    assertEquals(flow.read("b.txt"), "1\n");
  }
});

Deno.test("a program that removes the pipe of its input is ended, and told what to use", async () => {
  using flow = readingFlow();
  assertMatch(
    failureOf(await reading(flow, 'rm "$1"; sleep 5; echo ok')).message,
    /"sh" did not get all of its input: The pipe for "a.txt" was removed or replaced by the program: use \{file:a.txt\}/,
  );
  await flow.assertLeft("a.txt");
});

Deno.test("a program that replaces the pipe of its output is refused, and told what to use", async () => {
  using flow = new ProgramWorkflow();
  for (
    const text of [
      'rm "$1"; echo plain > "$1"',
      'echo plain > "$1.tmp"; mv -f "$1.tmp" "$1"',
      'echo plain > "$1"; rm "$1"',
      'rm "$1"; mkfifo "$1"',
    ]
  ) {
    const command = ["sh", "-c", { text }, "sh", "{out:a.txt}"];
    assertMatch(
      failureOf(await flow.run({ command })).message,
      /The pipe for "a.txt" was removed or replaced by the program: use \{newfile:a.txt\}/,
    );
    await flow.assertLeft();
  }
});

Deno.test("more programs than the runtime has threads stream through pipes", async () => {
  const length = Deno.env.has("SLUICE_LONG") ? 100 : 35;
  const names = Array.from({ length }, (_, index) => `${index}.txt`);
  using flow = new ProgramWorkflow(
    Object.fromEntries(names.map((name, index) => [
      `step${index}`,
      { ...streamed(name), ...(index > 0 && { reads: [names[index - 1]] }) },
    ])),
  );
  await Promise.all(names.map((name, index) => {
    const [text, input] = index === 0
      ? ['sleep 0.3; seq 1 20000 > "$1"', "-"]
      : ['cat "$2" > "$1"', `{in:${names[index - 1]}}`];
    const command = ["sh", "-c", { text }, "sh", `{out:${name}}`, input];
    return flow.runWell({ command }, { app: `step${index}` });
  }));
  const expected = flow.read("0.txt");
  assertEquals(expected.length, 108_894);
  assertEquals(flow.read(`${length - 1}.txt`), expected);
  await flow.assertLeft(...names);
});
Deno.test({
  name: "two readers that open a pipe at once share no bytes",
  // Elsewhere they are not seen.
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (
      const script of [
        'exec paste "$1" "$1"',
        'cat "$1" & cat "$1" && wait $!',
        '(sleep 0.05; cat < "$1") & sleep 0.05; cat < "$1" && wait $!',
      ]
    ) {
      using flow = readingFlow();
      assertMatch(
        (await reading(flow, script)).error?.message ?? script,
        /ended with status [12]|"sh" did not get all of its input: The pipe for "a.txt" was opened twice: use \{file:a.txt\}/,
      );
      await flow.assertLeft("a.txt");
    }
  },
});

Deno.test("a hundred programs read a growing file through pipes, and write to pipes, at once", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `copy${index}`);
  using flow = new ProgramWorkflow({
    writer: streamed("all.txt"),
    reader: { ...streamed("copy*"), reads: ["all.txt"] },
  });
  const workspace = await flow.join("all");
  const env = { [MARK]: flow.path };
  await Promise.all([
    workspace.runStep("writer", {
      ...flow.sh("seq 1 20000; sleep 0.5; seq 1 10", { stdout: "all.txt" }),
      env,
    }),
    ...names.map((name) =>
      workspace.runStep("reader", {
        command: ["cp", "{in:all.txt}", `{out:${name}}`],
        env,
      })
    ),
  ]);
  workspace.leave();
  const expected = flow.read("all.txt");
  assertEquals(expected.length, 108_915);
  for (const name of names) assertEquals(flow.read(name), expected);
  await flow.assertLeft("all.txt", ...names);
});
