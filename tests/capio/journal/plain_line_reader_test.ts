import { assert, assertEquals } from "@std/assert";
import { CapioWorkspace } from "@sluice/sluice/capio";
import {
  decodeEvent,
  encodeEvent,
} from "../../../src/capio/journal/events/event_codec.ts";
import type { JournalEvent } from "../../../src/capio/journal/events/event.ts";
import { PlainLineReader } from "../../../src/capio/journal/events/plain_line_reader.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { TestDirectory } from "../step.ts";

const CASES = Number(Deno.env.get("SLUICE_FUZZ") ?? 0.5) * 20_000;

Deno.test("what members write of a file that comes and goes is all read as plain lines", () => {
  using directory = new TestDirectory();
  const capioDir = directory.path;
  const journal = `${capioDir}/.capio/CAPIO/journal`;
  const rules = [{ path: "*", committed: "on_close" }] as const;
  using writer = new CapioWorkspace({ capioDir, rules });
  using reader = new CapioWorkspace({ capioDir, appName: "reader" });
  const begin = Deno.readFileSync(journal).length;
  writer.fs.writeTextFileSync(`${capioDir}/a.csv`, "text");
  const options = { create: true, write: true } as const;
  writer.fs.openSync(`${capioDir}/b.csv`, options).close();
  reader.fs.readTextFileSync(`${capioDir}/a.csv`);
  reader.fs.removeSync(`${capioDir}/a.csv`);
  const text = Deno.readTextFileSync(journal).slice(begin);
  const lines = text.split("\n").filter((line) => line !== "");
  assert(lines.length >= 4, text);
  for (const line of lines) assertEquals(read(line), decodeEvent(line));
});

Deno.test("a plain line stands for the event that its JSON stands for", () => {
  const random = seededRandom();
  let plain = 0;
  for (let n = 0; n < CASES; n++) {
    const line = JSON.stringify(randomEvent(random));
    const event = read(line);
    if (event) plain++;
    if (event) assertEquals(event, decodeEvent(line), line);
  }
  assert(plain > CASES / 4, `${plain}`);
});

Deno.test("a line with any byte changed, added or left out is read as its JSON, or not as a plain one", () => {
  const random = seededRandom();
  for (let n = 0; n < CASES; n++) {
    const line = changed(random, JSON.stringify(randomEvent(random)));
    const event = read(line);
    if (event) assertEquals(event, decodeEvent(line), line);
  }
});

Deno.test("one reader tells members and events apart that come in any order", () => {
  const random = seededRandom();
  const reader = new PlainLineReader();
  const events = Array.from({ length: 1000 }, () => randomEvent(random));
  for (const event of events) {
    // Its line break in front belongs to no line.
    const line = encodeEvent(event).subarray(1);
    const found = reader.read(line, 0);
    if (!found) continue;
    assertEquals(found, decodeEvent(JSON.stringify(event)));
    assertEquals(reader.end, line.length);
  }
});

function read(line: string): JournalEvent | undefined {
  const bytes = new TextEncoder().encode(`${line}\n`);
  return new PlainLineReader().read(bytes, 0);
}

/** Returns an event, every other time with fields as plain lines do not have. */
function randomEvent({ below, pick }: SeededRandom): JournalEvent {
  const isPlain = below(2) === 0;
  const pickFrom = <T>(plain: readonly T[], others: readonly T[]) =>
    isPlain || below(2) ? pick(plain) : pick(others);
  const path = pickFrom(
    ["a", "dir/b.csv", "a b", "part-0000001.csv", "x".repeat(300), "a.b/c"],
    [
      ...["", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/../b", "a/.b"],
      ...[" a", ".capio/x", "é", "a\\b", 'a"b', "a\0", "a\n", "\u{1f600}"],
    ],
  );
  const count = pickFrom(
    [0, 1, 9, 10, 123_456_789, 1_234_567_890, 999_999_999_999_999],
    [2 ** 53 - 1, -1, 1.5, 1e21, null],
  );
  const by = pickFrom(
    ["1-00000000", "4294967295-0123abcf", "1-00000001"],
    ["1-0000000G", "1-0000000", "", "12345678901-00000000"],
  );
  const time = pickFrom([1_796_069_587_631, 1, 0], [-1, 1.5]);
  const stamp = { by, time };
  return pick<unknown>([
    { event: "open", path, handle: count, ...stamp },
    { event: "close", handle: count, ...stamp },
    { event: "publish", files: pick([[count], [1, count], []]), ...stamp },
    { event: "read", path, first: time, bytes: count, end: count, ...stamp },
    { event: "remove", path, ...stamp },
    { event: "open", path, file: count, handle: count, ...stamp },
    { event: "close", handle: count, idle: true, ...stamp },
  ]) as JournalEvent;
}

function changed({ below, pick }: SeededRandom, line: string): string {
  const at = below(line.length + 1);
  const other = pick([...`"\\{}[]:,.-+0123456789eE/ \t\0.aé`]);
  const rest = pick([line.slice(at), line.slice(at + 1)]);
  return line.slice(0, at) + pick([other, ""]) + rest;
}
