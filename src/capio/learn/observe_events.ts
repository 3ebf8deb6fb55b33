import type { EntryKind, JournalEvent, MakeEvent } from "../journal/mod.ts";
import { parentOf } from "../platform/mod.ts";
import type { ObservedListing, RunObservation, Use } from "./observation.ts";

/** An entry while it is observed. */
interface Entry {
  path: string;
  kind: EntryKind;
  readonly writers: string[];
  closes: number;
  isRewritten: boolean;
  isGone: boolean;
  readonly uses: Map<string, Set<Use>>;
}

/**
 * Gathers from the journal of a run who has made, read, listed and asked what.
 *
 * @param events The events of the run, whose steps ran one after the other.
 * @param steps The names of the steps in their order. Other members count for
 * nothing.
 */
export function observeEvents(
  events: Iterable<JournalEvent | undefined>,
  steps: readonly string[],
): RunObservation {
  const observer = new Observer(steps);
  for (const event of events) if (event) observer.take(event);
  return observer.result();
}

class Observer {
  readonly #steps: readonly string[];
  /** The step of each member. */
  readonly #members = new Map<string, string>();
  readonly #entries = new Map<string, Entry>();
  /** What members have open for writing, by member and handle. */
  readonly #handles = new Map<string, Entry>();
  readonly #fillers = new Map<string, Set<string>>();
  readonly #listings = new Map<string, ObservedListing>();
  readonly #others = new Set<string>();

  constructor(steps: readonly string[]) {
    this.#steps = steps;
  }

  result(): RunObservation {
    const entries = [...this.#entries.values()];
    const isMet = ({ isGone, uses }: Entry) => !isGone || uses.size > 0;
    for (const it of entries) if (!isMet(it)) this.#others.add(it.path);
    return {
      steps: this.#steps,
      entries: entries.filter(isMet),
      listings: [...this.#listings.values()],
      fillers: this.#fillers,
      others: this.#others,
    };
  }

  take(event: JournalEvent): void {
    if (event.event === "join") {
      if (this.#steps.includes(event.app)) {
        this.#members.set(event.by, event.app);
      }
      return;
    }
    const step = this.#members.get(event.by);
    if (step !== undefined) this.#takeOf(step, event);
  }

  #takeOf(step: string, event: Exclude<JournalEvent, { event: "join" }>): void {
    switch (event.event) {
      case "open": {
        const present = this.#entries.get(event.path);
        // Another process of the step was faster: the event is void.
        if (event.file === undefined && present?.isGone === false) return;
        const entry = this.#written(step, event.path, "file", event);
        if (event.whole) entry.closes++;
        else this.#hold(entry, event);
        return;
      }
      case "make":
        return this.#make(step, event);
      case "close": {
        const key = `${event.by}/${event.handle}`;
        const entry = this.#handles.get(key);
        this.#handles.delete(key);
        if (entry && !event.idle) entry.closes++;
        return;
      }
      case "rewrite": {
        const entry = this.#handles.get(`${event.by}/${event.handle}`);
        if (entry) entry.isRewritten = true;
        return;
      }
      case "rename":
        return this.#rename(step, event.from, event.to);
      case "remove":
        this.#fill(step, event.path);
        for (const entry of this.#at(event.path)) this.#remove(step, entry);
        return;
      case "input":
        return this.#use(step, event.path, "opened");
      case "found":
        return this.#use(step, event.path, "asked");
      case "read":
        this.#use(step, event.path, "read");
        if (event.end !== undefined) this.#use(step, event.path, "end");
        if (event.sought) this.#use(step, event.path, "sought");
        return;
      case "size":
        return this.#use(step, event.path, "size");
      case "seen":
        for (const path of event.paths) this.#use(step, path, "asked");
        return;
      case "miss":
        for (const path of event.paths) this.#others.add(path);
        return;
      case "list":
        return this.#list(step, event.path);
      case "end":
      case "rules":
      case "moving":
      case "publish":
      case "given":
      case "wait":
      case "await":
      case "committed":
      case "lost":
      case "whole":
      case "space":
      case "confirmed":
      case "machine":
      case "checkpoint":
        return;
      default:
        return event satisfies never;
    }
  }

  #make(step: string, event: MakeEvent): void {
    const { path, kind, complete } = event;
    const entry = this.#written(step, path, kind, {
      anew: event.replaces ? event.anew : true,
      isMade: true,
    });
    if (complete) entry.closes++;
    if (event.handle !== undefined) {
      this.#hold(entry, { by: event.by, handle: event.handle });
    }
  }

  /** Returns the entry that a step begins to write, which may be there. */
  #written(
    step: string,
    path: string,
    kind: EntryKind,
    { anew, isMade }: { anew?: true; isMade?: true },
  ): Entry {
    this.#fill(step, path);
    const present = this.#entries.get(path);
    if (!present) {
      const entry: Entry = {
        path,
        kind,
        writers: [step],
        closes: 0,
        isRewritten: false,
        isGone: false,
        uses: new Map(),
      };
      this.#entries.set(path, entry);
      return entry;
    }
    // A directory that is there is made by several steps in vain.
    if (kind === "directory" && !present.isGone) return present;
    if (!present.isGone) {
      this.#use(step, path, anew ? "replaced" : "changed");
    }
    if (anew || isMade || present.isGone) present.isRewritten = true;
    present.isGone = false;
    present.kind = kind;
    if (!present.writers.includes(step)) present.writers.push(step);
    return present;
  }

  #hold(entry: Entry, { by, handle }: { by: string; handle: number }): void {
    this.#handles.set(`${by}/${handle}`, entry);
  }

  #rename(step: string, from: string, to: string): void {
    this.#fill(step, from);
    this.#fill(step, to);
    this.#use(step, to, "replaced");
    for (const entry of this.#at(from)) {
      const path = to + entry.path.slice(from.length);
      this.#fill(step, path);
      this.#move(step, entry, path);
    }
  }

  /** Gives an entry another name; an entry of that name may have been there. */
  #move(step: string, entry: Entry, path: string): void {
    const before = this.#entries.get(path);
    const isOwn = entry.writers.every((it) => it === step);
    const moved: Entry = {
      path,
      kind: entry.kind,
      writers: [...before?.writers.filter((it) => it !== step) ?? [], step],
      closes: entry.closes + (before?.closes ?? 0),
      isRewritten: before !== undefined || entry.isRewritten,
      isGone: false,
      uses: before?.uses ?? new Map(),
    };
    this.#entries.set(path, moved);
    for (const [handle, held] of this.#handles) {
      if (held === entry) this.#handles.set(handle, moved);
    }
    this.#remove(step, entry);
    if (isOwn && entry.uses.size === 0) this.#forget(entry);
  }

  #remove(step: string, entry: Entry): void {
    this.#use(step, entry.path, "taken");
    entry.isGone = true;
  }

  /** Leaves out what had its name for a while only, and only for its writer. */
  #forget({ path }: Entry): void {
    this.#entries.delete(path);
    this.#others.add(path);
  }

  /** Notes what a step does with what others have written. */
  #use(step: string, path: string, use: Use): void {
    const entry = this.#entries.get(path);
    if (!entry || entry.isGone) {
      this.#others.add(path);
      return;
    }
    if (entry.writers.every((it) => it === step)) return;
    // What it reads after it has written it itself is its own work.
    if (entry.writers.at(-1) === step && !WRITES.has(use)) {
      if (use !== "asked") return;
    }
    entry.uses.getOrInsertComputed(step, () => new Set()).add(use);
  }

  #fill(step: string, path: string): void {
    const parent = parentOf(path);
    this.#fillers.getOrInsertComputed(parent, () => new Set()).add(step);
  }

  #list(step: string, directory: string): void {
    const all = this.#fillers.get(directory) ?? new Set();
    const fillers = [...all].filter((it) => it !== step);
    if (fillers.length === 0) return;
    const key = `${step}/${directory}`;
    if (this.#listings.has(key)) return;
    const isOwn = all.has(step);
    this.#listings.set(key, { directory, step, fillers, isOwn });
  }

  /** The entries that are there at a path and below it. */
  #at(path: string): Entry[] {
    const entry = this.#entries.get(path);
    if (entry && entry.kind !== "directory") return entry.isGone ? [] : [entry];
    return [...this.#entries.values()].filter((it) =>
      !it.isGone && (it.path === path || it.path.startsWith(`${path}/`))
    );
  }
}

/** What a step does to a file, and not what it learns from it. */
const WRITES: ReadonlySet<Use> = new Set(["changed", "replaced", "taken"]);
