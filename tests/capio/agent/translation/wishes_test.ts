import { assertEquals } from "@std/assert";
import { Wishes } from "../../../../src/capio/agent/translation/wishes.ts";
import {
  AGENT_APP,
  type FileChange,
  fold,
  initialState,
  type JournalEvent,
} from "../../../../src/capio/journal/mod.ts";

type Body = Record<string, unknown> & { event: JournalEvent["event"] };

const READER = "2-00000000";
const WRITER = "3-00000000";

/** The journal of "south", with files of "north". */
class Journal {
  readonly wishes = new Wishes();
  readonly #changes: FileChange[] = [];
  readonly #state = initialState("/data");
  #seq = 0;

  constructor() {
    this.#state.changes = this.#changes;
    const agent = { machine: "south", id: "s" };
    this.tell({ event: "join", app: AGENT_APP, pid: 1, agent, by: "1-0" });
    this.come({ event: "machine", machine: "north", is: "here", id: "n" });
    this.come({ event: "join", app: "write", pid: 3 });
  }

  /** Something that the reader says. */
  tell(body: Body): string[] {
    return this.#fold({ by: READER, time: 1, ...body });
  }

  /** Something that the writer says on another machine. */
  come(body: Body): string[] {
    const via = { machine: "north", seq: ++this.#seq, line: 0 };
    return this.#fold({ by: WRITER, time: 1, ...body, via });
  }

  #fold(fields: Body): string[] {
    // The fold looks at each field that it uses.
    const event = fields as unknown as JournalEvent;
    fold(this.#state, event);
    this.wishes.note(this.#state, event, this.#changes.splice(0));
    return [...this.wishes.files].map(({ path }) => path);
  }
}

function journalWithFile(): Journal {
  const journal = new Journal();
  journal.tell({ event: "join", app: "read", pid: 2 });
  journal.come({ event: "open", path: "a", handle: 0, made: 0 });
  return journal;
}

Deno.test("a file is wanted by a member that waits for it", () => {
  for (
    const body of [
      { event: "await", path: "a" },
      { event: "wait", wait: 0, path: "a", why: "so" },
      { event: "read", path: "a", file: 0, first: 1, bytes: 1 },
    ] as const
  ) {
    const journal = journalWithFile();
    assertEquals(journal.tell({ event: "await", path: "b" }), []);
    assertEquals(journal.tell(body), ["a"]);
    // More of it does not change that.
    assertEquals(journal.come({ event: "close", handle: 0 }), ["a"]);
  }
});

Deno.test("a file is wanted until it is whole, or its last reader has ended", () => {
  const whole = journalWithFile();
  whole.tell({ event: "await", path: "a" });
  assertEquals(whole.come({ event: "committed", file: 0, size: 1 }), ["a"]);
  assertEquals(whole.tell({ event: "whole", file: 0, by: "1-0" }), []);
  const ended = journalWithFile();
  ended.tell({ event: "await", path: "a" });
  const end = { event: "end", member: READER, ending: "left" } as const;
  assertEquals(ended.tell(end), []);
});

Deno.test("a file is wanted by a consumer that is there, whichever comes first", () => {
  const document = JSON.stringify({
    name: "w",
    IO_Graph: [{ name: "read", input_stream: ["a"] }],
  });
  const lines: Body[] = [
    { event: "join", app: "read", pid: 2 },
    { event: "rules", document },
  ];
  const file: Body = { event: "open", path: "a", handle: 0, made: 0 };
  for (let place = 0; place <= lines.length; place++) {
    const journal = new Journal();
    let wanted: string[] = [];
    for (let n = 0; n <= lines.length; n++) {
      if (n === place) wanted = journal.come(file);
      if (n < lines.length) wanted = journal.tell(lines[n]);
    }
    assertEquals(wanted, ["a"]);
  }
});

Deno.test("a renamed file is still wanted", () => {
  const journal = journalWithFile();
  journal.tell({ event: "await", path: "a" });
  const rename = { event: "rename", from: "a", to: "b" } as const;
  assertEquals(journal.come(rename), ["b"]);
});

Deno.test("nobody wants a file of this machine", () => {
  const journal = new Journal();
  journal.tell({ event: "join", app: "read", pid: 2 });
  journal.tell({ event: "open", path: "own", handle: 0 });
  assertEquals(journal.tell({ event: "await", path: "own" }), []);
});
