import { assertEquals } from "@std/assert";
import type { FileStatus, WorkflowStatus } from "../../../src/capio/mod.ts";
import {
  type PageFacts,
  pageModel,
} from "../../../src/capio/page/page_model.ts";
import { StepReports } from "../../../src/capio/page/step_reports.ts";
import { EMPTY_STATUS } from "../observe/empty_status.ts";

function facts(
  status: Partial<WorkflowStatus>,
  others: Partial<PageFacts> = {},
): PageFacts {
  return {
    status: { ...EMPTY_STATUS, ...status },
    steps: [],
    hiddenApps: new Set(),
    reports: new StepReports(),
    ...others,
  };
}

function member(
  app: string,
  state: "running" | "left" | "failed" | "lost" = "running",
  ended?: number,
) {
  const id = `${app}-${state}`;
  return { id, app, pid: 7, joined: 100, state, ...(ended && { ended }) };
}

function file(path: string, others: Partial<FileStatus> = {}): FileStatus {
  const base = {
    phase: "open",
    size: 10,
    writers: ["a"],
    created: 200,
  } as const;
  return { path, ...base, ...others };
}

function reportsOf(
  ends: Record<
    string,
    [code: number, signal: Deno.Signal | null, time: number]
  >,
): StepReports {
  const reports = new StepReports();
  for (const [step, [code, signal, time]] of Object.entries(ends)) {
    reports.print(step, [`${step} says`]);
    reports.end(step, { code, signal }, time);
  }
  return reports;
}

const wait = { app: "b", pid: 7, path: "x", why: "a writes it", since: 150 };

const STEPS: [what: string, facts: PageFacts, shown: string[]][] = [
  [
    "steps stand in the order of the plan, others behind them",
    facts({ members: [member("c"), member("b")] }, { steps: ["a", "b"] }),
    [
      "a absent: has not joined yet",
      "b running: running",
      "c running: running",
    ],
  ],
  [
    "an app that is no step is not shown",
    facts({ members: [member("a"), member("tool")] }, {
      hiddenApps: new Set(["tool"]),
    }),
    ["a running: running"],
  ],
  [
    "a step waits as long as one of its processes does",
    facts({
      members: [member("b"), member("b", "left", 120)],
      waits: [wait, { ...wait, path: "y" }, { ...wait, path: "x" }],
    }),
    ["b waiting: waits for x and 1 more"],
  ],
  [
    "members tell how a step ended",
    facts({
      members: [
        member("a", "left", 200),
        member("b", "failed", 210),
        member("c", "lost", 220),
      ],
    }),
    [
      "a ended: ended well",
      "b failed: ended with an error",
      "c lost: was killed or has crashed",
    ],
  ],
  [
    "a process tells more than its member",
    facts({ members: [member("a", "failed", 200)] }, {
      steps: ["a", "b"],
      reports: reportsOf({ a: [3, null, 210], b: [0, null, 220] }),
    }),
    ["a failed: failed with exit code 3", "b ended: ended well"],
  ],
  [
    "those that are stopped because of the first have not failed",
    facts({ members: [member("b", "lost", 300)] }, {
      reports: reportsOf({
        a: [137, "SIGKILL", 200],
        b: [143, "SIGTERM", 290],
        c: [1, null, 290],
      }),
      steps: ["a", "b", "c"],
    }),
    [
      "a failed: was killed by SIGKILL",
      "b stopped: was stopped (SIGTERM)",
      "c failed: failed with exit code 1",
    ],
  ],
  [
    "a step that never took part is told at the end",
    facts({}, { steps: ["a"], end: { time: 500 } }),
    ["a absent: has not taken part"],
  ],
];

for (const [what, given, shown] of STEPS) {
  Deno.test(`page: ${what}`, () => {
    const { steps } = pageModel(given);
    assertEquals(
      steps.map(({ name, state, text }) => `${name} ${state}: ${text}`),
      shown,
    );
  });
}

const lost = file("x", { phase: "lost", ended: 300 });

const TROUBLES: [what: string, facts: PageFacts, first: string | undefined][] =
  [
    ["nothing", facts({ members: [member("a", "left", 200)] }), undefined],
    [
      "the first member that failed",
      facts({
        members: [member("a", "lost", 300), member("b", "failed", 250)],
      }),
      'Step "b" ended with an error (process 7)',
    ],
    [
      "a step rather than the file that was lost with it",
      facts({ members: [member("a", "lost", 300)], files: [lost] }),
      'Step "a" was killed or has crashed (process 7)',
    ],
    [
      "the exit code where it is known",
      facts({ members: [member("a", "failed", 300)], files: [lost] }, {
        reports: reportsOf({ a: [3, null, 310] }),
      }),
      'Step "a" failed with exit code 3',
    ],
    [
      "a file whose writer ended without an error",
      facts({ members: [member("a", "left", 300)], files: [lost] }),
      '"x" was lost: its writer ended before it was finished',
    ],
    [
      "the reason that a member gave",
      facts({ members: [{ ...member("a", "failed", 300), why: "no input" }] }),
      'Step "a" ended with an error (process 7): no input',
    ],
    [
      "the reason that the writer of a file gave",
      facts({ files: [{ ...lost, lostWhy: '"gzip" ended with status 1' }] }),
      '"x" was lost: "gzip" ended with status 1',
    ],
    [
      "nothing that happens after the steps were stopped",
      facts({ members: [member("a", "lost", 300)], files: [lost] }, {
        interrupted: 290,
      }),
      undefined,
    ],
  ];

for (const [what, given, first] of TROUBLES) {
  Deno.test(`page: what went wrong first is ${what}`, () => {
    const { trouble } = pageModel(given).head;
    assertEquals(trouble?.text, first);
  });
}

Deno.test("page: a status that is a success, and a reason, count more than a code", () => {
  const reports = new StepReports();
  reports.end("a", { code: 2, signal: null, ok: true }, 200);
  const why = '"gzip" cannot be started';
  reports.end("b", { code: 1, signal: null, why }, 210);
  const { steps, head } = pageModel(facts({}, { steps: ["a", "b"], reports }));
  assertEquals(steps.map(({ state, text }) => `${state}: ${text}`), [
    "ended: ended well with status 2",
    `failed: failed: ${why}`,
  ]);
  assertEquals(head.trouble?.text, `Step "b" failed: ${why}`);
});

Deno.test("page: with the trouble stand what the step printed, and what was lost", () => {
  const files = Array.from(
    { length: 25 },
    (_, i) => ({ ...lost, path: `${i}` }),
  );
  const { trouble } = pageModel(facts({ files }, {
    reports: reportsOf({ a: [3, null, 290] }),
  })).head;
  assertEquals(trouble?.printed, ["a says"]);
  assertEquals([trouble?.lost.length, trouble?.moreLost], [20, 5]);
});

const early = { path: "x", reader: "b", writer: "a", kind: "read" as const };

const OUTCOMES: [what: string, facts: PageFacts, kind: string][] = [
  ["a workflow that goes on", facts({}), "running"],
  ["one that ended", facts({}, { end: { time: 500 } }), "well"],
  [
    "one with a failure",
    facts({ files: [lost] }, { end: { time: 500 } }),
    "failed",
  ],
  [
    "one in which something was read too early",
    facts({ staleReads: [early] }, { end: { time: 500 } }),
    "careful",
  ],
  [
    "one of which the outcome is known",
    facts({ files: [lost] }, {
      end: { time: 500, outcome: { kind: "interrupted", text: "Interrupted" } },
    }),
    "interrupted",
  ],
];

for (const [what, given, kind] of OUTCOMES) {
  Deno.test(`page: ${what} is shown as ${kind}`, () => {
    assertEquals(pageModel(given).head.outcome.kind, kind);
  });
}

Deno.test("page: a file has its size, its readers and what is missing", () => {
  const { files, head } = pageModel(facts({
    files: [
      file("x", {
        missing: "a has to end",
        holders: [{ app: "a", pid: 7, since: 200 }],
        readers: ["b", "c"],
        notKept: true,
      }),
      file("y", { size: 0, sizeUnknown: true, inMemory: true }),
    ],
    readings: [{ app: "b", path: "x", first: 210, latest: 220, bytes: 4 }],
  }));
  assertEquals(files, [
    {
      path: "x",
      phase: "open",
      size: 10,
      writers: ["a"],
      readers: [{ step: "b", bytes: 4 }, { step: "c" }],
      notes: [
        "not finished: a has to end",
        "held open by a (process 7)",
        "not kept at the end",
      ],
      created: 200,
    },
    {
      path: "y",
      phase: "open",
      writers: ["a"],
      readers: [],
      notes: ["in memory"],
      created: 200,
    },
  ]);
  assertEquals(head.fileCounts, { open: 2, committed: 0, lost: 0 });
});

Deno.test("page: steps say which files they write and read", () => {
  const { steps } = pageModel(facts({
    members: [member("a"), member("b")],
    files: [
      file("x"),
      file("y"),
      file("z"),
      file("w", { phase: "committed", ended: 300 }),
      file("v", { phase: "lost", ended: 300 }),
    ],
    readings: ["x", "w"].map((path) => ({
      app: "b",
      path,
      first: 1,
      latest: 2,
      bytes: 1,
    })),
  }));
  assertEquals(steps.map(({ activity }) => activity), [
    "writes x, y and 1 more · has written 1 file · has lost 1 file",
    "reads x · has read 1 file",
  ]);
});

Deno.test("page: of very many files the open ones and the latest are listed", () => {
  const many = Array.from(
    { length: 6_000 },
    (_, i) => file(`${i}`, i % 2 ? {} : { phase: "committed", ended: i }),
  );
  const { files, head } = pageModel(facts({ files: many }));
  assertEquals(files.length, 5_000);
  assertEquals(files.filter(({ phase }) => phase === "open").length, 3_000);
  assertEquals(files.at(-1)?.path, "2000");
  assertEquals(head.moreFiles, 1_000);
  assertEquals(head.fileCounts, { open: 3_000, committed: 3_000, lost: 0 });
});

Deno.test("page: of very many waits the longest are listed", () => {
  const waits = Array.from(
    { length: 120 },
    (_, i) => ({ ...wait, since: 999 - i }),
  );
  const { head } = pageModel(facts({ members: [member("b")], waits }));
  assertEquals([head.waits.length, head.moreWaits], [100, 20]);
  assertEquals(head.waits[0].since, 880);
});

Deno.test("page: control characters and changes of direction in names are escapes", () => {
  const name = "a\x1b[2J\u202e";
  const shown = "a\\x1b[2J\\u202e";
  const { files, steps, head } = pageModel(facts({
    workflowName: name,
    members: [member(name)],
    files: [file(name, { writers: [name] })],
    waits: [{ ...wait, app: name, path: name }],
  }));
  assertEquals([head.workflow, files[0].path, steps[0].name], [
    shown,
    shown,
    shown,
  ]);
  assertEquals(files[0].writers, [shown]);
  assertEquals([head.waits[0].step, head.waits[0].path], [shown, shown]);
  assertEquals(steps[0].activity, `writes ${shown}`);
});

const LINES: [printed: string, shown: string][] = [
  ["plain", "plain"],
  ["\x1b[1;32mgreen\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07", "green link"],
  ["10 %\r50 %\r100 %", "100 %"],
  ["done\r", "done"],
  ["\r\r", ""],
  ["a\tb\x00\x9b", "a\tb\\x00\\x9b"],
  ["x".repeat(9_999), `${"x".repeat(300)}…`],
];

for (const [printed, shown] of LINES) {
  Deno.test(`page: the line ${JSON.stringify(printed.slice(0, 20))} is shown as on a terminal`, () => {
    const reports = new StepReports();
    reports.print("a", [printed]);
    assertEquals(reports.of("a")?.printed, [shown]);
  });
}

Deno.test("page: only the last lines of a step are kept", () => {
  const reports = new StepReports();
  for (let i = 0; i < 50; i++) reports.print("a", [`${2 * i}`, `${2 * i + 1}`]);
  const printed = reports.of("a")?.printed;
  assertEquals([printed?.length, printed?.at(0), printed?.at(-1)], [
    20,
    "80",
    "99",
  ]);
});
