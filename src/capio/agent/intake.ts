import { wallClock } from "../platform/mod.ts";
import type { WorkflowState } from "../journal/mod.ts";
import type { AgentMember } from "../workflow/mod.ts";
import type { Replicas } from "./bytes/mod.ts";
import {
  type AcceptedLine,
  replicaOperations,
  type Wishes,
} from "./translation/mod.ts";

/** What lines of the stream change on this machine. */
export interface IntakeOptions {
  readonly member: AgentMember;
  readonly replicas: Replicas;
  readonly wishes: Wishes;
}

/** Brings what the stream says into the journal of a machine. */
export class Intake {
  readonly #machine: string;
  readonly #member: AgentMember;
  readonly #replicas: Replicas;
  readonly #wishes: Wishes;

  /** Works for a machine, whose own lines it only confirms. */
  constructor(machine: string, { member, replicas, wishes }: IntakeOptions) {
    this.#machine = machine;
    this.#member = member;
    this.#replicas = replicas;
    this.#wishes = wishes;
  }

  /** Appends lines of the stream to the local journal, those that are not there. */
  take(lines: readonly AcceptedLine[]): void {
    let own: { via: AcceptedLine["via"]; lines: AcceptedLine[] } | undefined;
    for (const line of lines) {
      const { via } = line;
      if (own && own.via.seq !== via.seq) own = this.#confirm(own);
      const isOwn = via.machine === this.#machine;
      if (isOwn && line.event !== "machine") {
        own ??= { via, lines: [] };
        own.via = via;
        own.lines.push(line);
      } else if (isNew(via, this.#member.state)) this.#relay(line);
    }
    if (own) this.#confirm(own);
  }

  #relay(line: AcceptedLine): void {
    const state = this.#member.refresh();
    for (const operation of replicaOperations(state, line)) {
      this.#replicas.apply(operation);
    }
    const path = "path" in line ? line.path : undefined;
    // The line ends their waits.
    const waiting = path === undefined
      ? []
      : [...state.awaits.members.get(path) ?? []];
    this.#member.relay(line);
    if (waiting.length === 0 || path === undefined) return;
    this.#member.refresh();
    this.#wishes.want(state, waiting, state.paths.get(path));
  }

  /** Says which lines of this machine's members have come back. */
  #confirm(
    { via, lines }: { via: AcceptedLine["via"]; lines: AcceptedLine[] },
  ): undefined {
    const members: string[] = [];
    const ended: string[] = [];
    const files: number[] = [];
    for (const line of lines) {
      if ("made" in line && line.made !== undefined) files.push(line.made);
      if (line.event === "join") members.push(line.by);
      if (line.event === "end") ended.push(line.member);
    }
    if (members.length + ended.length + files.length === 0) return undefined;
    if (!isNew(via, this.#member.state)) return undefined;
    this.#member.relay({
      event: "confirmed",
      members,
      ...(ended.length > 0 && { ended }),
      ...(files.length > 0 && { files }),
      by: this.#member.id,
      time: wallClock(),
      via,
    });
    return undefined;
  }
}

/** Tells whether a place in the stream comes after all that was brought in. */
function isNew(via: AcceptedLine["via"], { via: last }: WorkflowState) {
  return !last || via.seq > last.seq ||
    via.seq === last.seq && via.line > last.line;
}
