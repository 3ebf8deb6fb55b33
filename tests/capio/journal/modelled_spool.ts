import type { ReplicaOperation } from "../../../src/capio/agent/translation/inward.ts";
import type { JournalEvent } from "../../../src/capio/journal/events/mod.ts";
import type { WorkflowFile } from "../../../src/capio/journal/state/mod.ts";

/** The spool of a machine, as its members and its agent change it. */
export class ModelledSpool {
  /** The replica or the own file with each name, or a directory. */
  readonly entries: Map<string, string> = new Map();

  /** Does what a member does before it appends a line. */
  change(event: JournalEvent, made: readonly WorkflowFile[]): void {
    if (event.event === "remove") this.#remove(event.path);
    if (event.event === "rename") {
      this.#remove(event.to);
      for (const [path, entry] of [...this.entries]) {
        if (!isWithin(path, event.from)) continue;
        this.entries.delete(path);
        this.#set(event.to + path.slice(event.from.length), entry);
      }
    }
    for (const file of made) this.#set(file.path, entryOf(file));
  }

  /** Does what an agent does before it appends a line of another machine. */
  apply(operation: ReplicaOperation): void {
    const { entries } = this;
    switch (operation.type) {
      case "create": {
        const { replica, path, replaces } = operation;
        if (replaces || !entries.has(path)) this.#set(path, replica);
        return;
      }
      case "directory":
        return this.#makeDirectory(operation.path);
      case "rename": {
        const { replica, from, to } = operation;
        this.#set(to, replica);
        if (entries.get(from) === replica) entries.delete(from);
        return;
      }
      case "unname": {
        const { replica, path } = operation;
        if (entries.get(path) === replica) entries.delete(path);
        return;
      }
      case "removeDirectory": {
        const { path } = operation;
        const isFull = entries.keys()
          .some((it) => it !== path && isWithin(it, path));
        if (!isFull) entries.delete(path);
        return;
      }
      default:
        operation satisfies never;
    }
  }

  #set(path: string, entry: string): void {
    const end = path.lastIndexOf("/");
    if (end > 0) this.#makeDirectory(path.slice(0, end));
    if (entry !== DIRECTORY || !this.entries.has(path)) {
      this.entries.set(path, entry);
    }
  }

  #makeDirectory(path: string): void {
    this.#set(path, DIRECTORY);
  }

  #remove(path: string): void {
    for (const it of [...this.entries.keys()]) {
      if (isWithin(it, path)) this.entries.delete(it);
    }
  }
}

/** What a spool has for a file. */
export function entryOf({ kind, home, number }: WorkflowFile): string {
  if (kind === "directory") return DIRECTORY;
  return home ? `${home.machine}.${home.number}` : `own.${number}`;
}

const DIRECTORY = "directory";

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
