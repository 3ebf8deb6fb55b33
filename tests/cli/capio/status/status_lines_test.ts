import { assertEquals } from "@std/assert";
import type { FileStatus } from "../../../../src/capio/mod.ts";
import {
  fileLines,
  memberLines,
  statusLines,
} from "../../../../src/cli/capio/status/status_lines.ts";
import { EMPTY_STATUS } from "../../../capio/observe/empty_status.ts";

function file(path: string, more: Partial<FileStatus> = {}): FileStatus {
  const phase = "committed";
  return { path, phase, size: 0, writers: ["w"], created: 0, ...more };
}

const READING = { path: "a.csv", first: 0, latest: 0 };

Deno.test("a workflow without files says so", () => {
  assertEquals(statusLines(EMPTY_STATUS), [
    'Workflow "flights" in "/data"',
    "",
    "",
    "No files yet",
  ]);
});

Deno.test("files stand in columns, those being written first, the lost next", () => {
  const lines = fileLines({
    readings: [],
    files: [
      file("a.csv", { size: 1 }),
      file("longer.csv", { size: 999_949, phase: "lost", writers: ["v", "w"] }),
      file("b", { size: 12e6, phase: "open", missing: "something" }),
    ],
  });
  assertEquals(lines, [
    "b            12.0 MB  open       written by w; not finished: something",
    "longer.csv  999.9 kB  lost       written by v, w",
    "a.csv            1 B  committed  written by w",
  ]);
});

Deno.test("a file's line tells who holds it open for writing, and since when", () => {
  const time = new Date(0).toTimeString().slice(0, 8);
  const holders = [
    { app: "w", pid: 7, since: 0 },
    { app: "v", pid: 8, since: 0 },
  ];
  assertEquals(
    fileLines({ readings: [], files: [file("a", { phase: "open", holders })] }),
    [
      `a       0 B  open  written by w; held open by w (process 7) since ${time}; held open by v (process 8) since ${time}`,
    ],
  );
});

Deno.test("a file's line tells that it began with what was there", () => {
  const missing = "it is open";
  const copy = file("a", { phase: "open", missing, isCopy: true });
  assertEquals(fileLines({ readings: [], files: [copy] }), [
    `a       0 B  open  written by w; begun with what was there before, which is read at once: it was opened without "truncate"; not finished: it is open`,
  ]);
});

Deno.test("the status tells of files that were changed after they were read", () => {
  const rewrite = { path: "a", reader: "r", writer: "w" };
  const rewrites = [
    { ...rewrite, kind: "reopened" },
    { ...rewrite, kind: "replaced" },
    { ...rewrite, kind: "overwritten" },
  ] as const;
  assertEquals(statusLines({ ...EMPTY_STATUS, rewrites }).slice(-4), [
    "",
    "a was changed by w after r had read it to its end",
    "a was replaced by w after r had read from it",
    "a was changed by w in a part that r had read",
  ]);
});

Deno.test("the status tells how many lines of the journal were passed over", () => {
  assertEquals(statusLines(EMPTY_STATUS).at(-1), "No files yet");
  assertEquals(statusLines({ ...EMPTY_STATUS, passedOver: 1 }).slice(-2), [
    "",
    "Passed over 1 line of the journal: cut short, or not written by a step of this version",
  ]);
  assertEquals(
    statusLines({ ...EMPTY_STATUS, passedOver: 20 }).at(-1)?.slice(0, 20),
    "Passed over 20 lines",
  );
});

Deno.test("a file's line tells how far each reader is", () => {
  const lines = fileLines({
    files: [file("a.csv", { size: 3000 }), file("empty")],
    readings: [
      { ...READING, app: "r", bytes: 1999 },
      { ...READING, app: "again", bytes: 6000 },
      { ...READING, app: "r", path: "empty", bytes: 0 },
    ],
  });
  assertEquals(lines, [
    "a.csv    3.0 kB  committed  written by w; r has read 2.0 kB (66 %); again has read 6.0 kB",
    "empty       0 B  committed  written by w; r has read 0 B",
  ]);
});

Deno.test("a member's line tells how it ended, or what it waits for", () => {
  const member = { id: "1", app: "r", pid: 7, joined: 0 };
  const time = new Date(0).toTimeString().slice(0, 8);
  const lines = memberLines({
    members: [
      { ...member, state: "running" },
      { ...member, pid: 8, state: "running" },
      { ...member, pid: 9, state: "lost" },
    ],
    waits: [{ app: "r", pid: 7, path: "a.csv", why: "no reason", since: 0 }],
  });
  assertEquals(lines, [
    `r  process 7  waits for "a.csv" since ${time}: no reason`,
    `r  process 8  running since ${time}`,
    `r  process 9  lost`,
  ]);
});

Deno.test("a name cannot move the cursor of a terminal", () => {
  const lines = fileLines({ files: [file("a\x1b[2J\nb\x9b")], readings: [] });
  assertEquals(lines, [
    String.raw`a\x1b[2J\x0ab\x9b       0 B  committed  written by w`,
  ]);
});

Deno.test("what the run has forgotten is counted", () => {
  const line = (members: number, staleReads: number, rewrites: number) => {
    const forgotten = { members, staleReads, rewrites };
    return statusLines({ ...EMPTY_STATUS, forgotten }).at(-1);
  };
  const begin = "Not shown, for the run has forgotten them:";
  assertEquals(line(1, 0, 0), `${begin} 1 earlier member`);
  assertEquals(line(0, 1, 1), `${begin} 2 earlier warnings`);
  assertEquals(
    line(12, 0, 1),
    `${begin} 12 earlier members and 1 earlier warning`,
  );
});
