import { assert, assertEquals } from "@std/assert";
import {
  decodeAnswer,
  decodeMessage,
  decodeRequest,
  encodeAnswer,
  encodeMessage,
  encodeRequest,
  type JournalMessage,
  machineOf,
  MOST_BYTES,
  newAnswer,
  runNames,
  workflowToken,
} from "../../../src/capio/agent/wire/mod.ts";
import type { JournalEvent } from "../../../src/capio/journal/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const CASES = Deno.env.has("SLUICE_LONG") ? 200_000 : 5000;
const encoder = new TextEncoder();

const stamp = { by: "12-0123abcd", time: 1_700_000_000_000 } as const;
const events: readonly JournalEvent[] = [
  { event: "join", app: 'a "step"', pid: 12, ...stamp },
  { event: "remove", path: "ünd/\n\u2028\u{1f600}", ...stamp },
  { event: "end", member: stamp.by, ending: "lost", why: "", ...stamp },
  { event: "machine", machine: "north", is: "here", id: "x", ...stamp },
  { event: "committed", file: 3, size: 2 ** 52, mode: 0o644, ...stamp },
];
const example: JournalMessage = {
  epoch: 7,
  from: 100,
  to: 400,
  machines: [events[3]],
  lines: events.map((event, i) => ({ end: 100 + 60 * (i + 1), event })),
};

Deno.test("a journal message comes as it was sent", () => {
  assertEquals(decodeMessage(encodeMessage(example)), example);
});

Deno.test("a journal message is one JSON document, whose version is told first", () => {
  const { format, epoch, from, to } = JSON.parse(
    new TextDecoder().decode(encodeMessage(example)),
  );
  assertEquals([format, epoch, from, to], [1, 7, 100, 400]);
  const other = encoder.encode('{"format":2,"what":"ever"}');
  assertEquals(decodeMessage(other), { format: 2 });
});

Deno.test("what is no journal message is none", () => {
  for (
    const text of [
      "",
      "null",
      "[]",
      "7",
      '"format"',
      "{",
      '{"epoch":1}',
      '{"format":"1"}',
      '{"format":-1}',
      '{"format":1}',
      '{"format":1,"epoch":1,"from":0,"to":1.5,"machines":[],"lines":[]}',
      '{"format":1,"epoch":1,"from":0,"to":1,"machines":{},"lines":[]}',
      '{"format":1,"epoch":1,"from":0,"to":1,"machines":[],"lines":null}',
    ]
  ) assertEquals(decodeMessage(encoder.encode(text)), undefined, text);
});

Deno.test("a line that this version cannot read keeps its place", () => {
  const text = JSON.stringify({
    format: 1,
    epoch: 1,
    from: 0,
    to: 30,
    machines: ["{}", 7],
    lines: [[10, '{"event":"news"}'], [20, 7], ["x", "y"], 3],
  });
  assertEquals(decodeMessage(encoder.encode(text)), {
    epoch: 1,
    from: 0,
    to: 30,
    machines: [],
    lines: [{ end: 10, event: undefined }, { end: 20, event: undefined }],
  });
});

Deno.test("damaged messages are told from good ones without an error", () => {
  const random = seededRandom();
  const good = [
    encodeMessage(example),
    encodeRequest({ file: 1, offset: 2, most: 3 }),
    encodeAnswer({ type: "gone", why: "so" }),
  ];
  for (let i = 0; i < CASES; i++) {
    const bytes = Uint8Array.from(random.pick(good));
    for (let n = random.below(4); n >= 0; n--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const cut = bytes.subarray(0, random.below(bytes.length + 1));
    for (const damaged of [bytes, cut]) {
      const message = decodeMessage(damaged);
      if (message && "lines" in message) {
        assert(message.lines.every(({ end }) => Number.isSafeInteger(end)));
      }
      const request = decodeRequest(damaged);
      if (request) {
        assert(Object.values(request).every((it) => it >= 0));
      }
      decodeAnswer(damaged);
    }
  }
});

Deno.test("requests for bytes and answers come as they were sent", () => {
  const request = { file: 12, offset: 2 ** 50, most: 262_144 };
  assertEquals(decodeRequest(encodeRequest(request)), request);
  for (
    const answer of [
      { type: "nothing" },
      { type: "gone", why: "ünd" },
      { type: "gone", why: "" },
    ] as const
  ) assertEquals(decodeAnswer(encodeAnswer(answer)), answer);
  const answer = newAnswer(5);
  answer.set([1, 2, 3], 1);
  assertEquals(decodeAnswer(answer.subarray(0, 4)), {
    type: "bytes",
    bytes: Uint8Array.of(1, 2, 3),
  });
  assertEquals(newAnswer(2 ** 40).length, 1 + MOST_BYTES);
});

Deno.test("an answer without a kind that is known has nothing", () => {
  assertEquals(decodeAnswer(Uint8Array.of(9, 1, 2)), { type: "nothing" });
  assertEquals(decodeAnswer(new Uint8Array()), { type: "nothing" });
});

Deno.test("names of workflows are tokens of subjects, each another one", () => {
  const names = [
    "a",
    "a.b",
    "a b",
    "a*",
    ">",
    "ü",
    "=2e",
    "%2E",
    "a=b",
    "A",
    "~",
  ];
  const tokens = names.map(workflowToken);
  assertEquals(new Set(tokens).size, names.length);
  for (const token of tokens) assert(/^[-\w=]+$/.test(token), token);
});

Deno.test("subjects name the machine last", () => {
  const names = runNames("4c2d");
  assertEquals(names.stream, "sluice_4c2d");
  for (
    const subject of [
      names.journal("no-rth_1"),
      names.bytes("no-rth_1"),
      names.heartbeat("no-rth_1"),
    ]
  ) assertEquals(machineOf(subject), "no-rth_1");
  assertEquals(names.journals, "sluice.4c2d.j.*");
});
