import { assertEquals } from "@std/assert";
import {
  type EventBody,
  fold,
  initialState,
  type JournalEvent,
  type WorkflowFile,
  type WorkflowState,
} from "../../../src/capio/journal/mod.ts";

/** The agent of the machine "south". */
export const AGENT = "1-00000000";
/** A member on "south". */
export const READER = "2-00000000";
/** A member on "north". */
export const WRITER = "3-00000000";
/** The agent of "north", of which "south" knows nothing. */
export const AGENT_OF_NORTH = "9-00000000";

/** The journal of the machine "south", which has read of a file of "north". */
export class South {
  state: WorkflowState = initialState("/data");
  #seq = 0;
  #time = 0;

  constructor({ claims }: { claims?: true } = {}) {
    const agent = { machine: "south", id: "s", ...(claims && { claims }) };
    this.here(AGENT, { event: "join", app: "sluice agent", pid: 1, agent });
    this.here(READER, { event: "join", app: "reader", pid: 2 });
    for (const machine of ["south", "north"]) {
      this.from(machine, AGENT, { event: "machine", machine, is: "here" });
    }
    this.from("north", WRITER, { event: "join", app: "writer", pid: 3 });
    const open = { event: "open", path: "a", handle: 0, made: 0 } as const;
    this.from("north", WRITER, open);
    assertEquals(this.state.passedOver, 0);
  }

  /** Folds a line of this machine; returns whether it counts. */
  here(by: string, body: EventBody): boolean {
    return this.fold({ ...body, by, time: this.#time++ });
  }

  /** Folds the next line of the stream; returns whether it counts. */
  from(machine: string, by: string, body: EventBody): boolean {
    const via = { machine, seq: ++this.#seq, line: 0 };
    return this.fold({ ...body, by, time: this.#time++, via });
  }

  /** Has the home commit the file. */
  commit(): void {
    const committed = { event: "committed", file: 0, size: 10e6 } as const;
    this.from("north", AGENT_OF_NORTH, committed);
  }

  fold(event: JournalEvent): boolean {
    const { passedOver } = this.state;
    this.state = fold(this.state, event);
    return this.state.passedOver === passedOver;
  }

  /** The file with a name. */
  at(path: string): WorkflowFile {
    const file = this.state.paths.get(path);
    if (!file) throw new Error(`There is no "${path}"`);
    return file;
  }
}
