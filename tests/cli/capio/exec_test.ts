import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { MARK, markedProcesses } from "../../capio/exec/program_workflow.ts";
import { TestDirectory } from "../../capio/step.ts";
import { hasTerminals, inTerminal } from "../../support/terminal.ts";
import { Sluice, sluice, sluiceArgs } from "./sluice.ts";

/** The arguments that run a program in a directory. */
function execArgs(
  directory: string,
  options: readonly string[],
  ...command: string[]
): string[] {
  const mark = ["env", `${MARK}=${directory}`];
  return [
    "exec",
    "--capio-dir",
    directory,
    ...options,
    "--",
    ...mark,
    ...command,
  ];
}

async function untilGone(directory: string): Promise<void> {
  for (let tries = 0; markedProcesses(directory).length > 0; tries++) {
    assert(tries < 100, `${markedProcesses(directory)}`);
    await delay(20);
  }
}

Deno.test("the exit code of exec is the program's own, or a shell's for what it cannot start", async () => {
  using directory = new TestDirectory();
  const dir = ["--capio-dir", directory.path];
  const cases: [args: string[], code: number, stderr: RegExp][] = [
    [[...dir, "--", "sh", "-c", "exit 7"], 7, /^sluice exec: "sh" ended with/],
    [[...dir, "--", "sh", "-c", "kill -9 $$"], 137, /ended by SIGKILL\n$/],
    [[...dir, "--ok", "7,8", "--", "sh", "-c", "exit 7"], 7, /^$/],
    [[...dir, "--", "no-such"], 127, /^sluice exec: Cannot start "no-such"/],
    [
      [...dir, "--", "/etc/passwd"],
      126,
      /Cannot start "\/etc\/passwd": it is not/,
    ],
    [[...dir, "--ok", "1", "--", "true"], 1, /0, which is none of 1\n$/],
    [[...dir, "--", "/etc"], 126, /Cannot start "\/etc": it is a directory/],
    [
      [...dir, "--", "/etc/passwd/x"],
      127,
      /Cannot start "\/etc\/passwd\/x": t/,
    ],
    [[...dir, "--stdin", "../x", "--", "cat"], 1, /^sluice exec: Cannot use/],
    [[...dir, "cat"], 2, /the program and its arguments stand after "--"/],
    [[...dir], 2, /PROGRAM is missing/],
    [["--ok", "x", "--", "a"], 2, /"--ok" must be statuses from 0 to 255/],
    [["--stdin", "--", "a"], 2, /sluice exec: /],
  ];
  await Promise.all(cases.map(async ([args, code, pattern]) => {
    const result = await sluice("exec", ...args);
    assertEquals([result.code, result.stdout], [code, ""], result.stderr);
    assertMatch(result.stderr, pattern);
  }));
  assertEquals(directory.list(), []);
});

Deno.test("programs and a shell pipeline stream to each other", async () => {
  using directory = new TestDirectory();
  const cl = directory.writeCl({
    writer: {
      writes: ["a.txt"],
      streaming: [{
        name: ["a.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    reader: { reads: ["a.txt"] },
  });
  const options = (app: string) => ["--capio-cl", cl, "--app-name", app];
  await using reader = new Sluice(
    "cat",
    "--capio-dir",
    directory.path,
    ...options("reader"),
    "a.txt",
  );
  const go = join(directory.path, "go");
  await using writer = new Sluice(...execArgs(
    directory.path,
    [...options("writer"), "--stdout", "a.txt"],
    "sh",
    "-c",
    'echo first; while ! test -e "$1"; do sleep 0.02; done; echo second',
    "sh",
    go,
  ));
  await reader.printed(/first\n$/);
  Deno.writeTextFileSync(go, "");
  assertEquals(await writer.result, { code: 0, stdout: "", stderr: "" });
  assertEquals(await reader.result, {
    code: 0,
    stdout: "first\nsecond\n",
    stderr: "",
  });
  assertEquals(directory.list(), ["a.txt", "go"]);
});

Deno.test("standard input and output are those of the command where no file is named", async () => {
  using directory = new TestDirectory();
  await using command = new Sluice(
    ...execArgs(directory.path, [], "sh", "-c", "read line; echo got $line"),
  );
  await command.write("this\n");
  assertEquals((await command.result).stdout, "got this\n");
});

for (
  const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], [
    "SIGHUP",
    1,
  ]] as const
) {
  Deno.test(`${signal} is handed on to the program, whose status counts`, async () => {
    using directory = new TestDirectory();
    const run = (script: string, output: string) =>
      new Sluice(
        ...execArgs(
          directory.path,
          ["--app-name", output, "--stdout", output],
          "sh",
          "-c",
          `${script}; echo ready >&2; while true; do sleep 0.05; done`,
        ),
      );
    await using polite = run(`trap 'echo bye; exit 0' ${signal.slice(3)}`, "a");
    await using plain = run("true", "b");
    for (const it of [polite, plain]) {
      await it.until(() => it.stderr.includes("ready"));
      it.kill(signal);
    }
    assertEquals((await polite.result).code, 0);
    assertEquals((await plain.result).code, 128 + number);
    assertEquals(directory.list(), ["a"]);
    assertEquals(Deno.readTextFileSync(join(directory.path, "a")), "bye\n");
    await untilGone(directory.path);
  });
}

Deno.test({
  name:
    "Ctrl-C in a terminal ends exec and its program at any moment of the start",
  ignore: !hasTerminals,
  async fn() {
    for (let milliseconds = 60; milliseconds <= 480; milliseconds += 60) {
      using directory = new TestDirectory();
      const output = ["--stdout", "a.txt"];
      const args = execArgs(directory.path, output, "sleep", "30");
      const terminal = inTerminal(sluiceArgs(...args), "piped").spawn();
      await delay(milliseconds);
      const keys = terminal.stdin.getWriter();
      await keys.write(new Uint8Array([3]));
      const { code } = await terminal.status;
      assertEquals(code, 130, `${milliseconds} ms`);
      assertEquals(directory.list(), []);
      await untilGone(directory.path);
      await keys.abort();
      await terminal.stdout.cancel();
    }
  },
});

Deno.test("a second signal kills the program and leaves no pipe", async () => {
  using directory = new TestDirectory();
  const temporary = Deno.makeTempDirSync();
  await using command = new Sluice(...execArgs(
    directory.path,
    ["--stdout", "a.txt"],
    "sh",
    "-c",
    "trap '' INT TERM; echo ready >&2; while true; do sleep 0.05; done",
    "sh",
    "{out:b.txt}",
  ));
  await command.until(() => command.stderr.includes("ready"));
  const pipes = () =>
    [...Deno.readDirSync(join(temporary, ".."))]
      .filter(({ name }) => name.startsWith(`sluice-pipes-${command.pid}-`));
  assertEquals(pipes().length, 1);
  command.kill("SIGINT");
  await delay(100);
  command.kill("SIGTERM");
  assertEquals((await command.result).code, 143);
  await untilGone(directory.path);
  assertEquals(pipes(), []);
  Deno.removeSync(temporary);
});

Deno.test("a signal ends the wait for an input that nobody makes", async () => {
  using directory = new TestDirectory();
  await using command = new Sluice(
    ...execArgs(directory.path, [], "cat", "{file:never.txt}"),
  );
  await command.until(() =>
    Array.from(Deno.readDirSync(directory.path)).length > 0
  );
  await delay(200);
  command.kill("SIGINT");
  assertEquals((await command.result).code, 130);
  assertEquals(directory.list(), []);
});

Deno.test("cat prints files one after the other", async () => {
  using directory = new TestDirectory();
  const write = (name: string, text: string) =>
    Deno.writeTextFileSync(join(directory.path, name), text);
  write("b.txt", "b\n");
  const dir = ["--capio-dir", directory.path];
  const both = await sluice("cat", ...dir, "b.txt", "b.txt");
  assertEquals([both.code, both.stdout], [0, "b\nb\n"]);
  const missing = await sluice("cat", ...dir);
  assertEquals(missing.code, 2);
  Deno.mkdirSync(join(directory.path, "d"));
  const refused: [path: string, why: RegExp][] = [
    ["no.txt", /Cannot print "no.txt": there is no such file/],
    ["d", /Cannot print "d": it is a directory/],
    ["/etc/passwd", /Cannot print "\/etc\/passwd": it must lie in "/],
    ["../x", /Cannot print "..\/x": it must lie in "/],
  ];
  // Without a graph a file that is not there is waited for.
  const graph = `${directory.path}.json`;
  Deno.writeTextFileSync(
    graph,
    '{ "name": "CAPIO", "IO_Graph": [{ "name": "a", "output_stream": ["a"] }] }',
  );
  await Promise.all(refused.map(async ([path, why]) => {
    const named = [...dir, "--capio-cl", graph, path];
    const { code, stdout, stderr } = await sluice("cat", ...named);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, why);
  }));
  assertStringIncludes(missing.stderr, "PATH is missing");
  Deno.removeSync(graph);
});

Deno.test({
  name: "SIGHUP is handed on to the program, unless nohup has it ignored",
  // Elsewhere it is not seen whether it is.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using directory = new TestDirectory();
    const script = "kill -HUP $PPID; sleep 0.3; echo done";
    const args = sluiceArgs(
      ...execArgs(directory.path, [], "sh", "-c", script),
    );
    const run = async (before: string) => {
      const shell = new Deno.Command("sh", {
        args: ["-c", `${before}; exec "$@"`, "sh", Deno.execPath(), ...args],
      });
      const { code, stdout } = await shell.output();
      return [code, new TextDecoder().decode(stdout)];
    };
    assertEquals(
      await Promise.all([run("true"), run("trap '' HUP")]),
      [[129, ""], [0, "done\n"]],
    );
    await untilGone(directory.path);
  },
});
