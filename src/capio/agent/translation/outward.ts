import type {
  EventBody,
  FileChange,
  JournalEvent,
  LostEvent,
  WorkflowFile,
  WorkflowState,
} from "../../journal/mod.ts";

/** A line that the other machines get. */
export type OutwardLine =
  /** Something that a member of this machine has said, or its agent. */
  | { readonly type: "said"; readonly event: JournalEvent }
  /**
   * A file of this machine was committed. Its size is asked of the file system
   * before the line is sent.
   */
  | {
    readonly type: "committed";
    readonly file: WorkflowFile;
    readonly by: string;
    readonly time: number;
  };

/**
 * Returns what the other machines get to know of a line of the local journal:
 * what a member of this machine has said in it, and then what it has done to
 * files of this machine, about which their home alone decides.
 *
 * @param state The state after the line was folded.
 * @param changes What the line has done to files.
 */
export function outwardLines(
  state: WorkflowState,
  event: JournalEvent,
  changes: readonly FileChange[],
): OutwardLine[] {
  const said = event.via ? undefined : spoken(state, event, changes);
  const lines: OutwardLine[] = said ? [{ type: "said", event: said }] : [];
  if (said?.event === "open" && said.anew && said.made === undefined) {
    // What others have of it is out of date from here on.
    const { handle, by, time } = said;
    const rewrite = { event: "rewrite", handle, offset: 0, by, time } as const;
    lines.push({ type: "said", event: rewrite });
  }
  const { agent: by = event.by } = state;
  const { time } = event;
  for (const { file, is } of changes) {
    // A link leads to what may not be there on other machines.
    if (file.home || file.kind === "symlink") continue;
    switch (is) {
      case "created":
      case "unnamed":
        break;
      case "committed":
        lines.push({ type: "committed", file, by, time });
        break;
      case "lost":
        lines.push({ type: "said", event: lostEvent(file, by, time) });
        break;
      default:
        is satisfies never;
    }
  }
  return lines;
}

/** Returns what others get of a line of this machine, `undefined` for nothing. */
function spoken(
  state: WorkflowState,
  event: JournalEvent,
  changes: readonly FileChange[],
): JournalEvent | undefined {
  switch (event.event) {
    case "join": {
      if (event.agent) return undefined;
      const { memoryDir: _dir, memoryId: _id, ...join } = event;
      return join;
    }
    case "end":
      return state.members.get(event.member)?.isAgent ? undefined : event;
    case "open": {
      const { file: _file, memory: _memory, publishes: _, ...open } = event;
      const made = numberMade(changes, event.path);
      const key = `${event.by}/${event.handle}`;
      // It was void where it has neither made a file nor opened one.
      if (made === undefined && !state.handles.has(key)) return undefined;
      return made === undefined ? open : { ...open, made };
    }
    case "close": {
      const { publishes: _, ...close } = event;
      return close;
    }
    case "make": {
      const { memory: _, ...make } = event;
      const made = numberMade(changes, event.path);
      if (made === undefined || event.kind === "symlink") return undefined;
      return { ...make, made };
    }
    case "rules":
    case "rename":
    case "remove":
    case "rewrite":
      return event;
    case "moving":
    case "publish":
    case "input":
    case "miss":
    case "found":
    case "seen":
    case "list":
    case "given":
    case "read":
    case "size":
    case "wait":
    case "await":
    case "committed":
    case "lost":
    case "whole":
    case "space":
    case "confirmed":
    case "machine":
    case "checkpoint":
      return undefined;
  }
}

function numberMade(
  changes: readonly FileChange[],
  path: string,
): number | undefined {
  return changes.find(({ file, is }) =>
    is === "created" && !file.home && file.path === path
  )?.file.number;
}

function lostEvent(file: WorkflowFile, by: string, time: number): LostEvent {
  const { number, lostBy = by, lostWhy, lostTo } = file;
  const body: EventBody & { event: "lost" } = {
    event: "lost",
    file: number,
    member: lostBy,
    ...(lostWhy !== undefined && { why: lostWhy }),
    ...(lostTo !== undefined && { unnamed: true }),
  };
  return { ...body, by, time };
}
