import { assert, assertEquals } from "@std/assert";
import {
  Received,
  type StoredMessage,
} from "../../../../src/capio/agent/translation/received.ts";
import type { JournalMessage } from "../../../../src/capio/agent/wire/mod.ts";
import type { JournalEvent } from "../../../../src/capio/journal/mod.ts";
import { seededRandom } from "../../../support/seeded_random.ts";

const CASES = Deno.env.has("SLUICE_LONG") ? 20_000 : 500;

function line(text: string): JournalEvent {
  const by = "1-00000000";
  return { event: "remove", path: text, by, time: 0 };
}

function message(
  epoch: number,
  from: number,
  ...ends: number[]
): JournalMessage {
  return {
    epoch,
    from,
    to: ends.at(-1) ?? from,
    machines: [],
    lines: ends.map((end) => ({ end, event: line(`${end}`) })),
  };
}

/** Takes messages of one machine, and returns what counts of each. */
function take(...messages: JournalMessage[]): string[][] {
  const received = new Received();
  return messages.map((message, i) =>
    received.take({ seq: i + 1, machine: "north", message })
      .map((it) => it.event === "remove" ? it.path : it.event)
  );
}

Deno.test("lines count in the order of their messages", () => {
  assertEquals(
    take(message(0, 0), message(1, 0, 10, 20), message(1, 20, 35)),
    [[], ["10", "20"], ["35"]],
  );
});

Deno.test("of a message that comes twice the second one does not count", () => {
  const one = message(1, 0, 10, 20);
  assertEquals(take(message(0, 0), one, one), [[], ["10", "20"], []]);
});

Deno.test("of a message that begins before what is expected the new lines count", () => {
  assertEquals(
    take(message(0, 0), message(1, 0, 10), message(1, 0, 10, 20)),
    [[], ["10"], ["20"]],
  );
});

Deno.test("a message that begins after what is expected is passed over until the gap is filled", () => {
  assertEquals(
    take(
      message(0, 0),
      message(1, 10, 20),
      message(1, 0, 10),
      message(1, 10, 20),
    ),
    [[], [], ["10"], ["20"]],
  );
});

Deno.test("messages of an earlier agent do not count, and those of the next go on", () => {
  assertEquals(
    take(
      message(0, 0),
      message(1, 0, 10),
      message(0, 0),
      message(1, 10, 20),
      message(3, 10, 21),
    ),
    [[], ["10"], [], [], ["21"]],
  );
});

Deno.test("messages before the first one of an agent do not count", () => {
  assertEquals(take(message(7, 0, 10)), [[]]);
});

Deno.test("a line that cannot be read counts as read", () => {
  const lines = [{ end: 10, event: undefined }, { end: 20, event: line("b") }];
  const received = new Received();
  const first = message(0, 0);
  received.take({ seq: 1, machine: "north", message: first });
  const accepted = received.take({
    seq: 2,
    machine: "north",
    message: { epoch: 1, from: 0, to: 20, machines: [], lines },
  });
  const via = { machine: "north", seq: 2, line: 1 };
  assertEquals(accepted, [{ ...line("b"), via }]);
  assertEquals(received.expected("north"), 20);
});

Deno.test("what an agent says of machines counts, and has places before its lines", () => {
  const received = new Received();
  const says = { ...line("says"), via: { machine: "x", seq: 9, line: 9 } };
  const accepted = received.take({
    seq: 5,
    machine: "north",
    message: { ...message(0, 0, 10), machines: [says] },
  });
  assertEquals(accepted.map(({ via }) => via), [
    { machine: "north", seq: 5, line: 0 },
    { machine: "north", seq: 5, line: 1 },
  ]);
});

Deno.test("each line counts once and in order, whatever agents send again, late or too soon", () => {
  const random = seededRandom();
  for (let i = 0; i < CASES; i++) {
    const machines = ["north", "south", "east"].slice(0, 1 + random.below(3))
      .map((name) => new Author(name, random.below(12)));
    const stream: StoredMessage[] = [];
    // What an author knows is what the stream says.
    const known = new Received();
    const accepted = new Map<string, string[]>();
    const store = (author: Author, message: JournalMessage) => {
      const { machine } = author;
      const stored = { seq: stream.length + 1, machine, message };
      stream.push(stored);
      note(accepted, known.take(stored));
      return stored.seq;
    };
    for (let step = 0; machines.some((it) => !it.hasEnded(known)); step++) {
      const author = random.pick(machines);
      const kind = random.below(8);
      if (author.epoch === 0 || kind === 0 && step < 200) {
        author.epoch = store(author, message(0, 0));
        author.position = known.expected(author.machine);
      } else if (kind === 1 && author.sent.length > 0) {
        store(author, random.pick(author.sent));
      } else if (kind === 2) {
        const gap = author.next(author.position + 1, 3);
        if (gap) store(author, gap);
      } else if (kind === 3) {
        const { machine } = author;
        author.position = random.below(1 + known.expected(machine));
      } else {
        const next = author.next(author.position, 1 + random.below(4));
        if (!next) author.position = known.expected(author.machine);
        else {
          store(author, next);
          author.sent.push(next);
          author.position = next.to;
        }
      }
    }
    for (const author of machines) {
      assertEquals(accepted.get(author.machine) ?? [], author.lines);
    }
    // Who reads the stream later comes to the same.
    const later = new Received();
    const again = new Map<string, string[]>();
    for (const stored of stream) note(again, later.take(stored));
    assertEquals(again, accepted);
  }
});

/** A machine whose lines are as long as their texts. */
class Author {
  readonly machine: string;
  readonly lines: string[] = [];
  readonly #ends: number[] = [];
  readonly sent: JournalMessage[] = [];
  epoch = 0;
  position = 0;

  constructor(machine: string, count: number) {
    this.machine = machine;
    let end = 0;
    for (let i = 0; i < count; i++) {
      end += 1 + i % 3;
      this.#ends.push(end);
      this.lines.push(`${machine} ${end}`);
    }
  }

  hasEnded(known: Received): boolean {
    return known.expected(this.machine) === (this.#ends.at(-1) ?? 0);
  }

  /** The next lines from a place on; `undefined` if there are none. */
  next(from: number, count: number): JournalMessage | undefined {
    const ends = this.#ends.filter((end) => end > from).slice(0, count);
    const to = ends.at(-1);
    if (to === undefined) return undefined;
    const lines = ends.map((end) => ({
      end,
      event: line(`${this.machine} ${end}`),
    }));
    return { epoch: this.epoch, from, to, machines: [], lines };
  }
}

function note(
  accepted: Map<string, string[]>,
  lines: ReturnType<Received["take"]>,
): void {
  for (const line of lines) {
    assert(line.event === "remove");
    const { machine } = line.via;
    accepted.getOrInsertComputed(machine, () => []).push(line.path);
  }
}
