import { assertEquals } from "@std/assert";
import { outwardLines } from "../../../../src/capio/agent/translation/outward.ts";
import {
  AGENT_APP,
  type FileChange,
  fold,
  initialState,
  type JournalEvent,
} from "../../../../src/capio/journal/mod.ts";

type Body = Record<string, unknown> & { event: JournalEvent["event"] };

const AGENT = "1-00000000";
const WRITER = "2-00000000";
const OTHER = "3-00000000";

/** The journal of machine "north", with an agent and a member. */
class Journal {
  readonly #changes: FileChange[] = [];
  readonly #state = initialState("/data");

  constructor() {
    this.#state.changes = this.#changes;
    const agent = { machine: "north", id: "n" };
    this.tell({ event: "join", app: AGENT_APP, pid: 1, agent, by: AGENT });
    this.come(0, { event: "machine", machine: "north", is: "here", id: "n" });
    this.tell({ event: "join", app: "write", pid: 2 });
  }

  /** Returns what others get of a line of this machine. */
  tell(body: Body): unknown[] {
    return this.#fold({ by: WRITER, time: 7, ...body });
  }

  /** Returns what others get of a line that comes from the stream. */
  come(seq: number, body: Body, machine = "north"): unknown[] {
    const via = { machine, seq, line: 0 };
    return this.#fold({ by: AGENT, time: 7, ...body, via });
  }

  #fold(fields: Body): unknown[] {
    // The fold looks at each field that it uses.
    const event = fields as unknown as JournalEvent;
    fold(this.#state, event);
    const lines = outwardLines(this.#state, event, this.#changes.splice(0));
    return lines.map((line) =>
      line.type === "said"
        ? line.event
        : { committed: line.file.number, path: line.file.path }
    );
  }
}

const stamp = { by: WRITER, time: 7 };

Deno.test("others get the number of a file with the line that makes it", () => {
  const journal = new Journal();
  assertEquals(
    journal.tell({ event: "open", path: "a", handle: 0, memory: true }),
    [{ event: "open", path: "a", handle: 0, ...stamp, made: 0 }],
  );
  assertEquals(
    journal.tell({ event: "make", path: "d", kind: "directory" })[0],
    { event: "make", path: "d", kind: "directory", ...stamp, made: 1 },
  );
});

Deno.test("others get a line before what it has done to files", () => {
  const journal = new Journal();
  const document = JSON.stringify({
    name: "w",
    IO_Graph: [{
      name: "write",
      output_stream: ["a"],
      streaming: [{ name: ["a"], committed: "on_close", mode: "update" }],
    }],
  });
  journal.tell({ event: "rules", document });
  journal.tell({ event: "open", path: "a", handle: 0 });
  assertEquals(
    journal.tell({ event: "close", handle: 0, publishes: true }),
    [{ event: "close", handle: 0, ...stamp }, { committed: 0, path: "a" }],
  );
});

Deno.test("others get to know of a lost file who lost it, and why", () => {
  const journal = new Journal();
  journal.tell({ event: "open", path: "a", handle: 0 });
  const close = { event: "close", handle: 0, failed: true, why: "w" } as const;
  assertEquals(journal.tell(close), [{ ...close, ...stamp }, {
    event: "lost",
    file: 0,
    member: WRITER,
    why: "w",
    by: AGENT,
    time: 7,
  }]);
});

Deno.test("others do not get a void opening", () => {
  const journal = new Journal();
  journal.tell({ event: "open", path: "a", handle: 0 });
  assertEquals(
    journal.tell({ event: "open", path: "a", file: 9, handle: 1 }),
    [],
  );
});

Deno.test("others get a second opening without a number, and that it began anew", () => {
  const journal = new Journal();
  journal.tell({ event: "open", path: "a", handle: 0 });
  assertEquals(
    journal.tell({ event: "open", path: "a", file: 0, handle: 1, anew: true }),
    [
      { event: "open", path: "a", handle: 1, anew: true, ...stamp },
      { event: "rewrite", handle: 1, offset: 0, ...stamp },
    ],
  );
});

Deno.test("what concerns one machine alone stays there", () => {
  const journal = new Journal();
  const bodies: Body[] = [
    { event: "await", path: "a" },
    { event: "wait", wait: 0, path: "a", why: "so" },
    { event: "read", path: "a", first: 1, bytes: 1 },
    { event: "miss", paths: ["a"] },
    { event: "given", path: "a" },
    { event: "publish", files: [] },
    { event: "moving" },
    { event: "make", path: "link", kind: "symlink", complete: true },
  ];
  for (const body of bodies) assertEquals(journal.tell(body), []);
});

Deno.test("others get nothing of an agent's own coming and going", () => {
  const journal = new Journal();
  const agent = { machine: "north", id: "n" };
  const join = { event: "join", app: AGENT_APP, pid: 1, agent } as const;
  assertEquals(journal.tell({ ...join, by: "4-00000000" }), []);
  const end = { event: "end", member: AGENT, ending: "lost" } as const;
  assertEquals(journal.tell(end), []);
});

Deno.test("lines of another machine are not repeated, but what they do here is told", () => {
  const journal = new Journal();
  const document = JSON.stringify({
    name: "w",
    IO_Graph: [{
      name: "write",
      output_stream: ["a"],
      streaming: [{
        name: ["a"],
        committed: "on_file",
        file_deps: ["b"],
        mode: "update",
      }],
    }],
  });
  journal.tell({ event: "rules", document });
  journal.tell({ event: "open", path: "a", handle: 0, whole: true });
  const by = OTHER;
  const come = (seq: number, body: Body) =>
    journal.come(seq, { by, ...body }, "south");
  come(1, { event: "machine", machine: "south", is: "here", id: "s" });
  assertEquals(come(2, { event: "join", app: "other", pid: 3 }), []);
  assertEquals(come(3, { event: "open", path: "b", handle: 0, made: 0 }), []);
  assertEquals(come(4, { event: "committed", file: 0, size: 3 }), [
    { committed: 0, path: "a" },
  ]);
});
