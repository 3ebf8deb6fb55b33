import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import type { JournalEvent } from "../../../src/capio/journal/events/event.ts";
import { encodeEvent } from "../../../src/capio/journal/events/event_codec.ts";
import {
  createJournal,
  JournalWriter,
  MOST_LINE_BYTES,
} from "../../../src/capio/journal/journal.ts";
import { JournalReader } from "../../../src/capio/journal/journal_reader.ts";
import { BY_KIND, CapioError } from "../../../src/capio/platform/mod.ts";
import { decoded } from "./decoded.ts";

const event = (path: string): JournalEvent => ({
  event: "open",
  path,
  handle: 1,
  by: "1-00000000",
  time: 0,
});

async function withJournal(run: (path: string) => void): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    run(join(directory, "journal"));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a reader of a growing journal gets all appended events in one order", () =>
  withJournal((path) => {
    createJournal(path, BY_KIND);
    using one = new JournalWriter(path);
    using two = new JournalWriter(path);
    using reader = new JournalReader(path);
    one.append(event("a"));
    two.append(event("b"));
    assertEquals([...reader.read()], [event("a"), event("b")]);
    assertEquals([...reader.read()], []);
    one.append(event("c"));
    assertEquals([...reader.read()], [event("c")]);
  }));

Deno.test("an event is read when all of its bytes are there, wherever it is cut", () =>
  withJournal((path) => {
    const events = [event("ä\n\u{1f30a}"), event("b")];
    const bytes = new Uint8Array(
      events.flatMap((event) => [...encodeEvent(event)]),
    );
    for (let cut = 0; cut <= bytes.length; cut++) {
      Deno.writeFileSync(path, bytes.subarray(0, cut));
      using reader = new JournalReader(path);
      const read = [...reader.read()];
      Deno.writeFileSync(path, bytes.subarray(cut), { append: true });
      read.push(...reader.read());
      assertEquals(read, events);
    }
  }));

Deno.test("a line that was cut short does no harm to the next line", () =>
  withJournal((path) => {
    const bytes = encodeEvent(event("cut"));
    for (let length = 0; length < bytes.length - 1; length++) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      using writer = new JournalWriter(path);
      using reader = new JournalReader(path);
      writer.append(event("whole"));
      const paths = [...reader.read()].map((it) =>
        it && "path" in it && it.path
      );
      assertEquals(paths.at(-1), "whole");
    }
  }));

Deno.test("more events than one read holds arrive complete", () =>
  withJournal((path) => {
    createJournal(path, BY_KIND);
    using writer = new JournalWriter(path);
    using reader = new JournalReader(path);
    for (let i = 0; i < 10_000; i++) writer.append(event(`file-${i}`));
    const paths = [...reader.read()].map((it) => it && "path" in it && it.path);
    assertEquals(paths, Array.from({ length: 10_000 }, (_, i) => `file-${i}`));
  }));

Deno.test("a line that is too long is passed over and not held in memory", () =>
  withJournal((path) => {
    createJournal(path, BY_KIND);
    using writer = new JournalWriter(path);
    using early = new JournalReader(path);
    writer.append(event("before"));
    const seen = [...early.read()];
    const piece = new Uint8Array(1024 * 1024).fill(0x20);
    const before = Deno.memoryUsage().external;
    for (let size = 0; size <= 4 * MOST_LINE_BYTES; size += piece.length) {
      Deno.writeFileSync(path, piece, { append: true });
      seen.push(...early.read());
    }
    const grown = Deno.memoryUsage().external - before;
    assert(grown < 3 * MOST_LINE_BYTES, `${grown} bytes`);
    writer.append(event("after"));
    seen.push(...early.read());
    assertEquals(seen, [event("before"), undefined, event("after")]);
    using late = new JournalReader(path);
    assertEquals([...late.read()], seen);
    // The longest that is taken, and one byte more.
    const text = JSON.stringify(event("long"));
    for (const more of [0, 1]) {
      const fill = " ".repeat(MOST_LINE_BYTES - text.length + more);
      Deno.writeTextFileSync(path, `${fill}${text}\n`, { append: true });
    }
    const ends = [event("long"), undefined];
    assertEquals([...early.read()], ends);
    assertEquals([...late.read()], ends);
    const document = "x".repeat(MOST_LINE_BYTES);
    assertThrows(
      () =>
        writer.append({ event: "rules", document, by: "1-00000000", time: 1 }),
      CapioError,
      "at most",
    );
  }));

Deno.test("a line that is not a known event is passed over, alone and among others", () => {
  const text = JSON.stringify(event("a"));
  for (
    const line of [
      "",
      "{",
      "null",
      "7",
      `{"event":1}`,
      `{"event":"later"}`,
      `{"event":"toString"}`,
      `"open"`,
      "[",
      '"',
    ]
  ) {
    // An empty line is the rest of a line break, and nothing.
    const passed = line === "" ? [] : [undefined];
    assertEquals(decoded([line]), passed);
    const around = [event("a"), ...passed, event("a")];
    assertEquals(decoded([text, line, text]), around);
  }
});
