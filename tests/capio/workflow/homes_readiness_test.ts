import { assertEquals } from "@std/assert";
import {
  type EventBody,
  fold,
  initialState,
  type JournalEvent,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import { missingForCommit } from "../../../src/capio/workflow/missing.ts";
import {
  contentReadiness,
  endReadiness,
} from "../../../src/capio/workflow/readiness.ts";

const AGENT = "1-00000000";
const READER = "2-00000000";
const WRITER = "3-00000000";

/** The journal of the machine "south", which has read of a file of "north". */
class South {
  state: WorkflowState = initialState("/data");
  #seq = 0;
  #time = 0;

  constructor() {
    const agent = { machine: "south", id: "s" };
    this.here(AGENT, { event: "join", app: "sluice agent", pid: 1, agent });
    this.here(READER, { event: "join", app: "reader", pid: 2 });
    for (const machine of ["south", "north"]) {
      this.from(machine, AGENT, { event: "machine", machine, is: "here" });
    }
    this.from("north", WRITER, { event: "join", app: "writer", pid: 3 });
    const open = { event: "open", path: "a", handle: 0, made: 0 } as const;
    this.from("north", WRITER, open);
  }

  here(by: string, body: EventBody): void {
    this.#fold({ ...body, by, time: this.#time++ });
  }

  from(machine: string, by: string, body: EventBody): void {
    const via = { machine, seq: ++this.#seq, line: 0 };
    this.#fold({ ...body, by, time: this.#time++, via });
  }

  commit(): void {
    const committed = { event: "committed", file: 0, size: 10e6 } as const;
    this.from("north", "9-00000000", committed);
  }

  get file() {
    const file = this.state.paths.get("a");
    if (!file) throw new Error("There is no file");
    return file;
  }

  /** What its reader is told at the end of the bytes that are here. */
  end(): string {
    const me = { id: READER, app: "reader" };
    const verdict = endReadiness(this.state, me, this.file, () => 3e6);
    switch (verdict.type) {
      case "go":
        return "go";
      case "wait":
        return `${verdict.why}. ${verdict.remedy}`;
      case "refuse":
        return String(verdict.error);
    }
  }

  #fold(event: JournalEvent): void {
    this.state = fold(this.state, event);
    assertEquals(this.state.passedOver, 0, JSON.stringify(event));
  }
}

Deno.test("a reader of another machine's file waits for its home, and then for its bytes", () => {
  const south = new South();
  assertEquals(
    south.end(),
    `its home "north" has not committed it yet. See how it stands there, and whether its agent runs: sluice status`,
  );
  south.commit();
  assertEquals(
    missingForCommit(south.state, south.file, 3e6),
    `3.0 MB of 10.0 MB are here, the rest comes from its home "north"`,
  );
  assertEquals(
    south.end(),
    `not all of its 10.0 MB are here, they come from its home "north". See how it stands there, and whether its agent runs: sluice status`,
  );
  const me = { id: READER, app: "reader" };
  assertEquals(contentReadiness(south.state, me, south.file).type, "wait");
  south.here(AGENT, { event: "whole", file: south.file.number });
  assertEquals(south.end(), "go");
  assertEquals(contentReadiness(south.state, me, south.file).type, "go");
});

Deno.test("a reader is told which machine was lost", () => {
  const lost = { event: "machine", is: "lost" } as const;
  const south = new South();
  south.from("south", AGENT, { ...lost, machine: "north" });
  const error =
    `its home, the machine "north", was lost before all of it was here`;
  const text = `CapioError: Cannot read "a" past byte 3000000: `;
  assertEquals(south.end(), text + error);

  const own = new South();
  own.commit();
  own.from("north", "9-00000000", { ...lost, machine: "south" });
  assertEquals(
    own.end(),
    `${text}this machine, "south", was declared lost and takes no part in the run any more. Begin a new run, on all machines`,
  );
});

Deno.test("a reader is told that its home has lost a file, or the rest of it", () => {
  const south = new South();
  const lost = { event: "lost", file: 0, member: WRITER } as const;
  south.from("north", WRITER, { event: "close", handle: 0, failed: true });
  south.from("north", "9-00000000", { ...lost, why: "no space" });
  const text = `CapioError: Cannot read "a" past byte 3000000: `;
  assertEquals(
    south.end(),
    `${text}its writer "writer" (process 3) gave up before it was finished: no space`,
  );

  const late = new South();
  late.commit();
  const why = "it was removed there";
  late.here(AGENT, { ...lost, file: late.file.number, why });
  assertEquals(
    late.end(),
    `${text}its home "north" does not have the rest any more: it was removed there`,
  );
});
