import type { WorkflowFile } from "../journal/mod.ts";
import type { Workspace } from "../overlay/mod.ts";
import { lstatIfPresent, SYSTEM_DIRECTORY } from "../platform/mod.ts";

type Kind = Deno.FsEvent["kind"];

/**
 * Tells of both trees as though they were one: what programs do, and not what
 * sluice does for them. That something moves from the spool into its place
 * comes as three events, like any renaming.
 *
 * The runtime tells of what has moved on by the time it looks as of something
 * removed, whatever has happened to it. What that was is told here instead.
 */
export class OverlayWatcher implements Deno.FsWatcher {
  readonly #workspace: Workspace;
  readonly #watcher: Deno.FsWatcher;
  readonly #isRecursive: boolean;
  /** Names of which has been told what happens to them in the spool. */
  readonly #told = new Set<string>();
  /** The last file that has been seen to be published under a name. */
  readonly #published = new Map<string, number>();
  /** Directories that have been seen to be made in the spool. */
  readonly #made = new Set<string>();

  constructor(
    workspace: Workspace,
    watcher: Deno.FsWatcher,
    isRecursive: boolean,
  ) {
    this.#workspace = workspace;
    this.#watcher = watcher;
    this.#isRecursive = isRecursive;
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

  /** The event as it is to be told, nothing when it is sluice's own. */
  #inOneTree(event: Deno.FsEvent): Deno.FsEvent | undefined {
    const names = event.paths.map((path) => this.#place(path));
    // What comes from where sluice copied it has been there before.
    if (!names.every((name) => name !== undefined)) return undefined;
    const [path] = event.paths;
    const [name] = names;
    if (event.flag || names.length === 0) return { ...event, paths: names };
    const kind = names.length > 1
      ? this.#kindOfRenaming(event.kind, names)
      : path === name
      ? this.#kindInPlace(event.kind, name)
      : this.#kindInSpool(event.kind, path, name);
    return kind && { ...event, kind, paths: names };
  }

  /** Where the thing is going to be; nothing for what is sluice's own. */
  #place(path: string): string | undefined {
    const { folder } = this.#workspace;
    const spool = folder.spool("");
    if (path === spool) return folder.capioDir;
    if (path.startsWith(`${spool}/`)) {
      return folder.real(path.slice(spool.length + 1));
    }
    const own = folder.real(SYSTEM_DIRECTORY);
    return path === own || path.startsWith(`${own}/`) ? undefined : path;
  }

  /** What is to be told of a renaming, both of whose names are known. */
  #kindOfRenaming(
    kind: Kind,
    [from, to]: string[],
  ): Kind | undefined {
    if (from === to) return undefined;
    this.#told.delete(from);
    this.#told.add(to);
    return this.#isThere(to) ? "rename" : kind;
  }

  /** What is to be told of an event in the real tree. */
  #kindInPlace(
    kind: Kind,
    name: string,
  ): Kind | undefined {
    if (kind !== "create" && kind !== "rename") return kind;
    if (lstatIfPresent(name)?.isDirectory) this.#watchTwin(name);
    const isTold = kind === "create"
      ? this.#made.has(name)
      : this.#bearer(name)?.phase === "committed";
    return isTold ? undefined : kind;
  }

  /** What is to be told of an event in the spool. */
  #kindInSpool(
    kind: Kind,
    path: string,
    name: string,
  ): Kind | undefined {
    switch (kind) {
      case "remove":
        return this.#kindOfRemoval(path, name);
      case "create":
        if (this.#isTwin(path, name)) return undefined;
        this.#told.add(name);
        if (lstatIfPresent(path)?.isDirectory) this.#made.add(name);
        return kind;
      case "rename":
        // The old one was published, or the new one copied from it.
        if (this.#bearer(name)?.isReplacing) return undefined;
        this.#told.add(name);
        return kind;
      case "modify":
        // It has been given the mode of the one in its place.
        if (this.#isTwin(path, name)) return undefined;
        this.#told.add(name);
        return kind;
      default:
        return kind;
    }
  }

  /** What has happened to something that is not in the spool any more. */
  #kindOfRemoval(path: string, name: string): Kind | undefined {
    const file = this.#bearer(name);
    const isInSpool = lstatIfPresent(path) !== undefined;
    if (isInSpool && file?.isReplacing) return undefined;
    if (isInSpool || !lstatIfPresent(name)) {
      this.#made.delete(name);
      this.#told.delete(name);
      return "remove";
    }
    if (file?.phase !== "committed" || file.kind === "directory") {
      return undefined;
    }
    if (this.#published.get(name) === file.number) return undefined;
    this.#published.set(name, file.number);
    if (this.#told.delete(name)) return undefined;
    return file.isReplacing ? "modify" : "create";
  }

  /** Whether a directory has been made in the spool for one in its place. */
  #isTwin(path: string, name: string): boolean {
    if (!lstatIfPresent(path)?.isDirectory) return false;
    return !this.#bearer(name) && lstatIfPresent(name) !== undefined;
  }

  /** What programs put into a new directory appears in the spool. */
  #watchTwin(name: string): void {
    const { folder, workflow } = this.#workspace;
    if (!this.#isRecursive || workflow.ended) return;
    folder.makeSpoolTree(this.#relative(name));
  }

  #isThere(name: string): boolean {
    const { folder } = this.#workspace;
    return lstatIfPresent(name) !== undefined ||
      lstatIfPresent(folder.spool(this.#relative(name))) !== undefined;
  }

  /** What the workflow has made under a name. */
  #bearer(name: string): WorkflowFile | undefined {
    const { workflow } = this.#workspace;
    // A watcher may outlive its context.
    const state = workflow.ended ? workflow.state : workflow.refresh();
    return state.paths.get(this.#relative(name));
  }

  #relative(name: string): string {
    return name.slice(this.#workspace.folder.capioDir.length + 1);
  }
}
