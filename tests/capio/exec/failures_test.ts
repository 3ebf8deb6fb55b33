import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CapioError, type Program } from "@sluice/sluice/capio";
import { join } from "@std/path";
import { streamed } from "../step.ts";
import { failureOf, ProgramWorkflow } from "./program_workflow.ts";

/** A workflow in which "writer" makes `out.txt` for "reader". */
function flowOf(): ProgramWorkflow {
  return new ProgramWorkflow({
    writer: streamed("out.txt"),
    reader: { reads: ["out.txt"] },
  });
}

/** Runs a program that fails, beside a reader of its output; both errors. */
async function failing(
  flow: ProgramWorkflow,
  program: Program,
): Promise<{ writer: CapioError; reader: Error }> {
  const reader = await flow.join("reader");
  try {
    const text = reader.fs.readTextFile(join(flow.path, "out.txt"));
    const [outcome, read] = await Promise.allSettled([
      flow.run(program, { app: "writer", graceMilliseconds: 300 }),
      text,
    ]);
    assert(outcome.status === "fulfilled" && read.status === "rejected");
    return { writer: failureOf(outcome.value), reader: read.reason };
  } finally {
    reader.leave();
  }
}

const sh = (text: string): Program["command"] => ["sh", "-c", { text }];

const FAILURES: [name: string, program: Program, why: RegExp][] = [
  [
    "fails half-way",
    { command: sh("echo half; exit 3"), stdout: "out.txt" },
    /"sh" ended with status 3/,
  ],
  [
    "is killed",
    { command: sh("echo half; kill -9 $$"), stdout: "out.txt" },
    /"sh" was ended by SIGKILL/,
  ],
  [
    "fails with a pipe as output",
    {
      command: ["sh", "-c", { text: 'echo half > "$1"; exit 3' }, "sh", {
        out: "out.txt",
      }],
    },
    /"sh" ended with status 3/,
  ],
  [
    "fails with a new file",
    {
      command: ["sh", "-c", { text: 'echo half > "$1"; exit 3' }, "sh", {
        newfile: "out.txt",
      }],
    },
    /"sh" ended with status 3/,
  ],
  [
    "does not make its new file",
    { command: ["true", { newfile: "out.txt" }] },
    /"true" ended well without making its output "out.txt"/,
  ],
  [
    "does not exist",
    { command: ["no-such-program"], stdout: "out.txt" },
    /Cannot start "no-such-program": there is no such program/,
  ],
  [
    "is not executable",
    { command: ["/etc/passwd"], stdout: "out.txt" },
    /Cannot start "\/etc\/passwd": it is not executable/,
  ],
  [
    "leaves a process behind that goes on writing",
    {
      command: sh("(while echo more; do sleep 0.05; done) & echo half"),
      stdout: "out.txt",
    },
    /"sh" has ended, but "\w+" \(process \d+\).* go(es)? on writing to "out.txt"/,
  ],
  [
    "leaves a process behind that goes on writing to a pipe",
    {
      command: [
        "sh",
        "-c",
        {
          text:
            '(while echo more; do sleep 0.05; done) > "$1" & echo half; sleep 0.1',
        },
        "sh",
        { out: "out.txt" },
      ],
    },
    /"sh" has ended, but "\w+" \(process \d+\).* go(es)? on writing to "out.txt"/,
  ],
];

for (const [name, program, why] of FAILURES) {
  Deno.test(`the output of a program that ${name} is lost, and its readers are told why`, async () => {
    using flow = flowOf();
    const { writer, reader } = await failing(flow, program);
    assertEquals(writer.code, "PROGRAM_FAILED");
    assertMatch(writer.message, why);
    assert(reader instanceof CapioError, `${reader}`);
    assertEquals(reader.code, "WRITER_LOST");
    assertMatch(reader.message, /^Cannot read "out.txt" past byte \d+: its /);
    assertMatch(reader.message, why);
    await flow.assertLeft();
  });
}

Deno.test("a program whose input is lost is ended, and so is its output, whatever it ends with", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    polite: { ...streamed("out.txt"), reads: ["a.txt"] },
    stubborn: { ...streamed("b.txt"), reads: ["a.txt"] },
  });
  const [writer, polite, stubborn] = await Promise.all([
    flow.run({ command: sh("echo half; sleep 0.2; exit 1"), stdout: "a.txt" }, {
      app: "writer",
    }),
    flow.run({
      command: sh("trap 'exit 0' TERM; cat; sleep 0.1; exit 0"),
      stdin: "a.txt",
      stdout: "out.txt",
    }, { app: "polite" }),
    flow.run({
      command: [
        "sh",
        "-c",
        {
          text: `trap '' TERM; cat "$1"; while true; do sleep 1; done`,
        },
        "sh",
        "{in:a.txt}",
      ],
      stdout: "b.txt",
    }, { app: "stubborn", graceMilliseconds: 300 }),
  ]);
  assertMatch(failureOf(writer).message, /"sh" ended with status 1/);
  for (const outcome of [polite, stubborn]) {
    assertMatch(
      failureOf(outcome).message,
      /"sh" did not get all of its input: Cannot read "a.txt" past byte 5: .*"sh" ended with status 1/,
    );
  }
  assertEquals(failureOf(polite).status, { code: 0, signal: null });
  assertEquals(failureOf(stubborn).status, { code: 137, signal: "SIGKILL" });
  await flow.assertLeft();
});

Deno.test("a whole input that is lost keeps the program from being started", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    reader: { ...streamed("out.txt"), reads: ["a.txt"] },
  });
  const [, outcome] = await Promise.all([
    flow.run({ command: sh("echo half; exit 1"), stdout: "a.txt" }, {
      app: "writer",
    }),
    flow.run({
      command: ["touch", `${flow.path}/started`, "{file:a.txt}"],
      stdout: "out.txt",
    }, {
      app: "reader",
    }),
  ]);
  assertEquals(failureOf(outcome).code, "WRITER_LOST");
  await flow.assertLeft();
});

Deno.test("a program that stops reading early is no error for anybody", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    stdin: { ...streamed("b.txt"), reads: ["a.txt"] },
    path: { ...streamed("c.txt"), reads: ["a.txt"] },
    never: { ...streamed("d.txt"), reads: ["a.txt"] },
  });
  await Promise.all([
    flow.runWell({
      command: sh("yes | head -c 3000000; sleep 0.2"),
      stdout: "a.txt",
    }, { app: "writer" }),
    flow.runWell({
      command: ["head", "-n", "1"],
      stdin: "a.txt",
      stdout: "b.txt",
    }, { app: "stdin" }),
    flow.runWell({
      command: ["head", "-n", "1", "{in:a.txt}"],
      stdout: "c.txt",
    }, { app: "path" }),
    flow.runWell({ command: ["echo", "y"], stdin: "a.txt", stdout: "d.txt" }, {
      app: "never",
    }),
  ]);
  for (const name of ["b.txt", "c.txt", "d.txt"]) {
    assertEquals(flow.read(name), "y\n");
  }
  await flow.assertLeft("a.txt", "b.txt", "c.txt", "d.txt");
});

Deno.test("pipes that are never opened make no program wait, and an empty file", async () => {
  using flow = new ProgramWorkflow({
    writer: streamed("a.txt"),
    reader: { ...streamed("b.txt"), reads: ["a.txt"] },
  });
  await Promise.all([
    flow.runWell(flow.sh("echo a; sleep 0.3", { stdout: "a.txt" }), {
      app: "writer",
    }),
    flow.runWell({ command: ["true", "{in:a.txt}", "{out:b.txt}"] }, {
      app: "reader",
    }),
  ]);
  assertEquals(flow.read("b.txt"), "");
  await flow.assertLeft("a.txt", "b.txt");
});

Deno.test("a pipe that a program opens again takes what comes, in order", async () => {
  using flow = new ProgramWorkflow();
  const text =
    'echo 1 > "$1"; sleep 0.05; echo 2 >> "$1"; sleep 0.05; echo 3 > "$1"';
  await flow.runWell({ command: ["sh", "-c", { text }, "sh", "{out:a.txt}"] });
  assertEquals(flow.read("a.txt"), "1\n2\n3\n");
  await flow.assertLeft("a.txt");
});

Deno.test("a new file can be written by seeking, and standard error alone is a file too", async () => {
  using flow = new ProgramWorkflow();
  flow.write("a.txt", "0123456789");
  const text =
    'cp "$1" "$2"; printf ab | dd of="$2" bs=1 seek=4 conv=notrunc 2> /dev/null; echo told >&2';
  await flow.runWell({
    command: ["sh", "-c", { text }, "sh", "{file:a.txt}", "{newfile:b.txt}"],
    stderr: "log.txt",
  });
  assertEquals(flow.read("b.txt"), "0123ab6789");
  assertEquals(flow.read("log.txt"), "told\n");
  await flow.assertLeft("a.txt", "b.txt", "log.txt");
});

Deno.test("standard output and standard error can be one file", async () => {
  using flow = new ProgramWorkflow();
  await flow.runWell(
    flow.sh("echo 1; echo 2 >&2; echo 3", { stdout: "a.txt", stderr: "a.txt" }),
  );
  assertEquals(flow.read("a.txt"), "1\n2\n3\n");
  await flow.assertLeft("a.txt");
});

Deno.test("a process that a program leaves behind without its output is no matter", async () => {
  using flow = new ProgramWorkflow();
  const begun = performance.now();
  await flow.runWell(
    flow.sh("sleep 2 > /dev/null 2>&1 < /dev/null & echo 1", {
      stdout: "a.txt",
    }),
  );
  assert(performance.now() - begun < 1500);
  assertEquals(flow.read("a.txt"), "1\n");
});

Deno.test("other statuses are a success if they are named", async () => {
  using flow = new ProgramWorkflow();
  flow.write("a.txt", "a\n");
  const program = { command: ["grep", "b"], stdin: "a.txt", stdout: "b.txt" };
  const { status } = await flow.run({ ...program, ok: [0, 1] });
  assertEquals(status, { code: 1, signal: null });
  assertEquals(flow.read("b.txt"), "");
  assertEquals(
    failureOf(await flow.run({ ...program, stdout: "c.txt" })).status?.code,
    1,
  );
  await flow.assertLeft("a.txt", "b.txt");
});

Deno.test("an abort ends the program and what it has started", async () => {
  using flow = new ProgramWorkflow();
  for (
    const script of [
      "sleep 100",
      "trap '' TERM; sleep 100 & while true; do sleep 1; done",
    ]
  ) {
    const abort = new AbortController();
    const outcome = await flow.run(
      flow.sh(`echo half; ${script}; true`, { stdout: "a.txt" }),
      {
        signal: abort.signal,
        graceMilliseconds: 200,
        started: () => setTimeout(() => abort.abort(new Error("enough")), 100),
      },
    );
    assertEquals(outcome.error?.message, "enough");
    await flow.assertLeft();
  }
});

Deno.test("what cannot be meant is refused before anything is begun", async () => {
  using flow = new ProgramWorkflow();
  flow.write("a.txt", "");
  const command = ["cat"];
  const wrong: [Program, RegExp][] = [
    [{ command: [] }, /"command" must be an array of a program and/],
    [{ command, stdin: "/etc/passwd" }, /Cannot use "\/etc\/passwd"/],
    [{ command, stdin: "../a.txt" }, /Cannot use "..\/a.txt"/],
    [
      { command, stdin: "a.txt", stdout: "a.txt" },
      /as an output of a program twice, or/,
    ],
    [
      { command: ["cat", "{out:b}"], stdout: "b" },
      /as an output of a program twice, or/,
    ],
    [{ command: ["cat", "{in:b"] }, /has no "}" at its end/],
    [{ command: ["cat", "{in:}"] }, /without empty paths/],
    [{ command, ok: [256] }, /"ok" must be an array of exit statuses/],
  ];
  const workspace = await flow.join();
  for (const [program, message] of wrong) {
    const error = await assertRejects(
      () => workspace.runProgram(program),
      TypeError,
    );
    assertMatch(error.message, message);
  }
  workspace.leave();
  await flow.assertLeft("a.txt");
});
