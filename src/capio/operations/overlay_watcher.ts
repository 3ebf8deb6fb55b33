import type { WorkflowFile } from "../journal/mod.ts";
import type { Workspace } from "../overlay/mod.ts";
import { lstatIfPresent, SYSTEM_DIRECTORY } from "../platform/mod.ts";
import { spoolOf } from "../workflow/mod.ts";

type Kind = Deno.FsEvent["kind"];

/** A file that was published before the runtime looked at it. */
interface Published {
  readonly number: number;
  /** Whether it is reported as created, and not yet as written. */
  isUnwritten: boolean;
}

/**
 * Reports changes in both trees as though they were one tree: those made by
 * programs, not those made by sluice. The move of a file from the spool into
 * its place comes as three events, like any renaming.
 *
 * The runtime reports every file that has moved before it looks as removed. This
 * class finds out what really happened to it.
 */
export class OverlayWatcher implements Deno.FsWatcher {
  readonly #workspace: Workspace;
  readonly #watcher: Deno.FsWatcher;
  readonly #isRecursive: boolean;
  /** The only files to report on, `undefined` for all. */
  readonly #files: ReadonlySet<string> | undefined;
  /** Paths whose changes in the spool have been reported. */
  readonly #reported = new Set<string>();
  /** The file seen to be published last, by path. */
  readonly #published = new Map<string, Published>();
  /** Directories that sluice has made in the real tree. */
  readonly #placed = new Set<string>();
  /** Directories that have been seen to appear in the spool. */
  readonly #made = new Set<string>();

  constructor(
    workspace: Workspace,
    watcher: Deno.FsWatcher,
    { isRecursive, files }: {
      isRecursive: boolean;
      /** Files of the directories that are watched; others are passed over. */
      files?: ReadonlySet<string>;
    },
  ) {
    this.#workspace = workspace;
    this.#watcher = watcher;
    this.#isRecursive = isRecursive;
    this.#files = files;
  }

  async next(): Promise<IteratorResult<Deno.FsEvent, undefined>> {
    for (;;) {
      const result = await this.#watcher[Symbol.asyncIterator]().next();
      if (result.done) return { done: true, value: undefined };
      const event = this.#inOneTree(result.value);
      if (event) return { done: false, value: event };
    }
  }

  close(): void {
    this.#watcher.close();
  }

  /** Keeps the program alive, as the original does. `fs.watch` calls it. */
  ref(): void {
    call(this.#watcher, "ref");
  }

  /** Lets the program end. `fs.watch` calls it. */
  unref(): void {
    call(this.#watcher, "unref");
  }

  return(): Promise<IteratorResult<Deno.FsEvent, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Deno.FsEvent, undefined> {
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Returns the event to report, `undefined` for a change by sluice. */
  #inOneTree(event: Deno.FsEvent): Deno.FsEvent | undefined {
    const names = event.paths.map((path) => this.#place(path));
    // A copy by sluice is of a file that was there before.
    if (!names.every((name) => name !== undefined)) return undefined;
    if (!names.every((name) => this.#mayNotice(name))) return undefined;
    const [path] = event.paths;
    const [name] = names;
    if (event.flag || names.length === 0) return { ...event, paths: names };
    const files = this.#files;
    if (files && !names.some((name) => files.has(name))) return undefined;
    const kind = names.length > 1
      ? this.#kindOfRenaming(event.kind, names)
      : path === name
      ? this.#kindInPlace(event.kind, name)
      : this.#kindInSpool(event.kind, path, name);
    return kind && { ...event, kind, paths: names };
  }

  /** Returns the path in the real tree, `undefined` for sluice's own files. */
  #place(path: string): string | undefined {
    const { folder } = this.#workspace;
    const found = folder.spools.find(path);
    if (found) return folder.real(found.path);
    const own = folder.real(SYSTEM_DIRECTORY);
    return path === own || path.startsWith(`${own}/`) ? undefined : path;
  }

  #mayNotice(name: string): boolean {
    const { folder, rights } = this.#workspace;
    const isInside = name.startsWith(`${folder.capioDir}/`);
    return !isInside || rights.mayNotice(this.#relative(name));
  }

  /** Returns the kind to report for a renaming of which both paths are known. */
  #kindOfRenaming(
    kind: Kind,
    [from, to]: string[],
  ): Kind | undefined {
    if (from === to) return undefined;
    this.#reported.delete(from);
    this.#reported.add(to);
    return this.#isThere(to) ? "rename" : kind;
  }

  /** Returns the kind to report for an event in the real tree. */
  #kindInPlace(
    kind: Kind,
    name: string,
  ): Kind | undefined {
    // It got the mode of the directory in the spool.
    if (kind === "modify" && this.#placed.delete(name)) return undefined;
    if (kind === "remove") this.#published.delete(name);
    if (kind !== "create" && kind !== "rename") return kind;
    if (lstatIfPresent(name)?.isDirectory) this.#watchCounterpart(name);
    const file = this.#fileUnder(name);
    if (kind === "rename") {
      return file?.phase === "committed" ? undefined : kind;
    }
    const isPlaced = file?.kind === "directory";
    if (isPlaced) this.#placed.add(name);
    return isPlaced || this.#made.has(name) ? undefined : kind;
  }

  /** Returns the kind to report for an event in the spool. */
  #kindInSpool(
    kind: Kind,
    path: string,
    name: string,
  ): Kind | undefined {
    switch (kind) {
      case "remove":
        return this.#kindOfRemoval(path, name);
      case "create":
        if (this.#isCounterpart(path, name)) return undefined;
        this.#reported.add(name);
        if (lstatIfPresent(path)?.isDirectory) this.#made.add(name);
        return kind;
      case "rename":
        // The old file was published, or sluice copied it.
        if (this.#fileUnder(name)?.isReplacing) return undefined;
        this.#reported.add(name);
        return kind;
      case "modify":
        // It got the mode of the directory in the real tree.
        if (this.#isCounterpart(path, name)) return undefined;
        this.#reported.add(name);
        return kind;
      case "any":
      case "access":
      case "other":
        return kind;
    }
  }

  /** Returns the kind to report for an entry that has left the spool. */
  #kindOfRemoval(path: string, name: string): Kind | undefined {
    const file = this.#fileUnder(name);
    const isInSpool = lstatIfPresent(path) !== undefined;
    if (isInSpool && file?.isReplacing) return undefined;
    if (isInSpool || !lstatIfPresent(name)) {
      this.#made.delete(name);
      this.#reported.delete(name);
      return "remove";
    }
    if (file?.phase !== "committed" || file.kind === "directory") {
      return undefined;
    }
    const known = this.#published.get(name);
    if (known?.number === file.number) {
      const { isUnwritten } = known;
      known.isUnwritten = false;
      return isUnwritten ? "modify" : undefined;
    }
    const isNew = !this.#reported.delete(name);
    const isUnwritten = isNew && !file.isReplacing;
    this.#published.set(name, { number: file.number, isUnwritten });
    if (!isNew) return undefined;
    return file.isReplacing ? "modify" : "create";
  }

  /** Returns whether a spool directory is a counterpart made by sluice. */
  #isCounterpart(path: string, name: string): boolean {
    if (!lstatIfPresent(path)?.isDirectory) return false;
    const file = this.#fileUnder(name);
    if (!file) return lstatIfPresent(name) !== undefined;
    return this.#workspace.folder.spoolAt(path) !== spoolOf(file);
  }

  /** Creates the counterpart of a new directory: new files appear in it. */
  #watchCounterpart(name: string): void {
    const { folder, workflow } = this.#workspace;
    if (!this.#isRecursive || workflow.ended) return;
    folder.makeSpoolTree(this.#relative(name));
  }

  #isThere(name: string): boolean {
    const { folder } = this.#workspace;
    return lstatIfPresent(name) !== undefined ||
      folder.spools.present(this.#relative(name)) !== undefined;
  }

  /** Returns the file of the workflow under a path. */
  #fileUnder(name: string): WorkflowFile | undefined {
    const { workflow } = this.#workspace;
    // A watcher may outlive its context.
    const state = workflow.ended ? workflow.state : workflow.refresh();
    return state.paths.get(this.#relative(name));
  }

  #relative(name: string): string {
    return name.slice(this.#workspace.folder.capioDir.length + 1);
  }
}

/** Calls a method that the types of the runtime do not know. */
function call(watcher: Deno.FsWatcher, name: "ref" | "unref"): void {
  const method: unknown = Reflect.get(watcher, name);
  if (typeof method === "function") method.call(watcher);
}
