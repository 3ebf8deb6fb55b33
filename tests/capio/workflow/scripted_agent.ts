import { dirname } from "@std/path";
import { delay } from "@std/async";
import type {
  EventBody,
  JournalEvent,
  WorkflowState,
} from "../../../src/capio/journal/mod.ts";
import {
  AgentMember,
  WorkflowFolder,
} from "../../../src/capio/workflow/mod.ts";

/** How long anything may take, in ms. */
const PATIENCE_MILLISECONDS = 30_000;

/** Options of a {@linkcode ScriptedAgent}. */
export interface ScriptedAgentOptions {
  /** By default it begins a run. */
  readonly run?: string;
  /** Whether it lets each member take part that joins; true by default. */
  readonly confirms?: boolean;
  /** Files that it does not confirm, by their names. */
  readonly claimed?: readonly string[];
}

/**
 * The agent of the machine "south" as a test plays it: it says what the machine
 * "north" would have said, and has no server.
 */
export class ScriptedAgent implements AsyncDisposable {
  readonly run: string;
  readonly folder: WorkflowFolder;
  readonly events: JournalEvent[] = [];
  readonly #member: AgentMember;
  readonly #watching: Promise<void>;
  readonly #claimed: readonly string[];
  #confirms: boolean;
  #seq: number;
  #isGone = false;

  constructor(
    capioDir: string,
    { run = crypto.randomUUID(), confirms = true, claimed = [] }:
      ScriptedAgentOptions = {},
  ) {
    this.run = run;
    this.folder = new WorkflowFolder(Deno.realPathSync(capioDir), "CAPIO");
    const machine = { run, machine: "south", id: "s" };
    this.#member = AgentMember.join(this.folder, machine, () => (event) => {
      if (event) this.events.push(event);
    });
    this.#confirms = confirms;
    this.#claimed = claimed;
    this.#seq = this.state.via?.seq ?? 0;
    if (this.#seq === 0) {
      this.say("south", { event: "machine", machine: "south", is: "here" });
      this.say("north", { event: "machine", machine: "north", is: "here" });
    }
    this.#watching = this.#watch();
  }

  get state(): WorkflowState {
    return this.#member.refresh();
  }

  /** Says what a member of a machine has said. */
  say(machine: string, body: EventBody, by = "7-00000000"): void {
    const via = { machine, seq: ++this.#seq, line: 0 };
    this.#member.relay({ ...body, by, time: Date.now(), via });
    this.#member.refresh();
  }

  /** Says what a member of "north" has said. */
  north(body: EventBody, by?: string): void {
    this.say("north", body, by);
  }

  /** Says something itself. */
  append(body: EventBody): void {
    this.#member.append(body);
    this.#member.refresh();
  }

  /** Adds a member of "north" and a file of it, of which nothing is here yet. */
  makeForeign(path: string, handle: number, by?: string): void {
    const place = this.folder.spool(path, "disk");
    this.folder.makeSpoolDirectory(dirname(path), "disk");
    const replica = `${this.folder.base}/replica`;
    Deno.writeFileSync(replica, new Uint8Array());
    Deno.renameSync(replica, place);
    this.north({ event: "open", path, handle, made: handle }, by);
  }

  /** Writes to the replica of a file. */
  grow(path: string, text: string): void {
    const options = { append: true };
    Deno.writeTextFileSync(this.folder.spool(path, "disk"), text, options);
  }

  /** Says that a file is finished at its home, and that all of it is here. */
  complete(path: string, handle: number, size: number): void {
    this.north({ event: "close", handle });
    this.north({ event: "committed", file: handle, size });
    const file = this.state.paths.get(path);
    if (!file) throw new Error(`There is no "${path}"`);
    this.append({ event: "whole", file: file.number });
  }

  /** Lets all members take part that join, from now on. */
  confirm(): void {
    this.#confirms = true;
  }

  /** Waits until there is such an event. */
  async until(isSo: (event: JournalEvent) => boolean): Promise<JournalEvent> {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      this.#member.refresh();
      const event = this.events.find(isSo);
      if (event) return event;
      if (performance.now() > end) {
        throw new Error(
          `Expected ${isSo}, found ${JSON.stringify(this.events)}`,
        );
      }
      await delay(5);
    }
  }

  /** Dies. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    await this.#watching;
    this.#member[Symbol.dispose]();
  }

  /** Ends the run. */
  async end(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    await this.#watching;
    this.#member.end();
    this.#member[Symbol.dispose]();
  }

  /** What lies in the directory. */
  entries(): string[] {
    return [...Deno.readDirSync(this.folder.capioDir)].map(({ name }) => name)
      .sort();
  }

  async #watch(): Promise<void> {
    while (!this.#isGone) {
      const { members, confirmed, claims } = this.state;
      const joined = members.values().filter((it) =>
        !it.isAgent && it.machine === undefined && !confirmed.has(it.id)
      ).map(({ id }) => id).toArray();
      const files = claims.values()
        .filter(({ claim = "" }) => !this.#claimed.includes(claim))
        .map(({ number }) => number).toArray();
      if (this.#confirms && joined.length + files.length > 0) {
        this.append({ event: "confirmed", members: joined, files });
      }
      await delay(5);
    }
  }
}
