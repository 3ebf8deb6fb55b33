import { assertEquals } from "@std/assert";
import {
  decodeEvent,
  encodeEvents,
  EventStreamParser,
} from "../../../src/lines/protocol/event_stream.ts";
import { GroupedMessage } from "../../../src/lines/mod.ts";
import type { LineEvent } from "../../../src/lines/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const EVENTS: LineEvent[] = [
  { kind: "item", id: 4, item: "data: x\nid: 7\r\n\u2028\u{1f40b}" },
  { kind: "gap", dropped: 2, next: 7 },
  { kind: "clear", next: 8 },
  { kind: "item", id: 8, item: new GroupedMessage(["a", ""], "error") },
  { kind: "last", lines: ["half", "<b>"] },
];

Deno.test("events survive the wire, wherever it is cut", () => {
  const { random, seed } = seededRandom();
  const text = encodeEvents([{ kind: "start", next: 4 }, ...EVENTS], "a-b");
  for (let round = 0; round < 200; round++) {
    const parser = new EventStreamParser();
    const events: unknown[] = [];
    for (let at = 0; at < text.length;) {
      const length = 1 + Math.floor(random() * 20);
      events.push(...parser.push(text.slice(at, at + length)).map(decodeEvent));
      at += length;
    }
    assertEquals(
      JSON.stringify(events),
      JSON.stringify(EVENTS),
      `seed ${seed}`,
    );
    assertEquals(parser.lastId, "a-b-9");
  }
});

Deno.test("the start names the position even before the first item", () => {
  const parser = new EventStreamParser();
  assertEquals(
    parser.push(encodeEvents([{ kind: "start", next: 0 }], "b")),
    [],
  );
  assertEquals(parser.lastId, "b-0");
});

Deno.test("an event that is cut off leaves the position before it", () => {
  const text = encodeEvents([
    { kind: "start", next: 4 },
    { kind: "item", id: 4, item: "four" },
  ], "b");
  const parser = new EventStreamParser();
  assertEquals(parser.push(text.slice(0, -1)), []);
  assertEquals(parser.lastId, "b-4");
  assertEquals(parser.push("\n").length, 1);
  assertEquals(parser.lastId, "b-5");
});

Deno.test("comments, other fields and events of later hosts are passed over", () => {
  const parser = new EventStreamParser();
  const sent = parser.push(
    ":\r\n\r\nfoo: bar\r\nevent: new\r\ndata\r\ndata:x\r\n\r\n",
  );
  assertEquals(sent, [{ event: "new", data: "\nx", id: "" }]);
  assertEquals(sent.map(decodeEvent), [undefined]);
});
