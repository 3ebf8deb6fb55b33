import { lstatIfPresent, system } from "../system.ts";
import type { Place, Workspace } from "../workspace.ts";
import { SYSTEM_DIRECTORY } from "../workflow_folder.ts";

/** `Deno.watchFs`: both trees, seen as one. */
export function watchFs(
  workspace: Workspace,
  places: readonly Place[],
  outside: readonly string[],
  options?: { recursive: boolean },
): Deno.FsWatcher {
  const { folder, workflow } = workspace;
  workflow.refresh();
  const watched: string[] = [...outside];
  for (const { path } of places) {
    if (workspace.real(path)) watched.push(folder.real(path));
    // The spool lies below it, and would be watched twice.
    if (path === "" && options?.recursive !== false) continue;
    if (workspace.isDirectory(path)) {
      // New files appear in the spool: it is watched from the beginning.
      watched.push(folder.makeSpoolTwin(path));
    } else if (workflow.isInSpool(path)) {
      watched.push(folder.spool(path));
    } else if (!workspace.real(path)) {
      watched.push(folder.real(path));
    }
  }
  return new OverlayWatcher(workspace, system.watchFs(watched, options));
}

class OverlayWatcher implements Deno.FsWatcher {
  readonly #workspace: Workspace;
  readonly #watcher: Deno.FsWatcher;
  /** What is on its way from the spool into its place. */
  readonly #moving = new Set<string>();
  /** Directories that have been seen to be made in the spool. */
  readonly #made = new Set<string>();

  constructor(workspace: Workspace, watcher: Deno.FsWatcher) {
    this.#workspace = workspace;
    this.#watcher = watcher;
  }

  async next(): Promise<IteratorResult<Deno.FsEvent, undefined>> {
    for (;;) {
      const result = await this.#watcher[Symbol.asyncIterator]().next();
      if (result.done) return { done: true, value: undefined };
      const event = result.value;
      const paths = event.paths
        .map((path) => this.#published(path))
        .filter((path) => path !== undefined);
      if (paths.length === 0 || this.#isPublication(event, paths)) continue;
      return { done: false, value: { ...event, paths } };
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

  /** Where the thing is going to be; nothing for what is sluice's own. */
  #published(path: string): string | undefined {
    const { folder } = this.#workspace;
    const spool = folder.spool("");
    if (path === spool) return folder.capioDir;
    if (path.startsWith(spool)) {
      return folder.real(path.slice(spool.length + 1));
    }
    const own = folder.real(SYSTEM_DIRECTORY);
    return path === own || path.startsWith(`${own}/`) ? undefined : path;
  }

  /**
   * Whether an event is about nothing but the tree in which a thing lies. That
   * it moves from one to the other comes as three events, like any renaming.
   */
  #isPublication({ kind, paths }: Deno.FsEvent, seen: string[]): boolean {
    const [path] = paths;
    const [name] = seen;
    if (kind === "create") return this.#isTwin(path, name);
    if (kind === "remove" && path !== name) {
      const isMoving = !lstatIfPresent(path) && !!lstatIfPresent(name);
      if (isMoving) this.#moving.add(name);
      else this.#made.delete(name);
      return isMoving;
    }
    if (kind !== "rename") return false;
    // It came from where sluice copied it, as has been told already.
    if (paths.length > seen.length) return true;
    if (!this.#moving.has(name)) return false;
    if (seen.length === 1) return path === name;
    this.#moving.delete(name);
    return seen[1] === name;
  }

  /** Whether a directory has been made in one tree as it is in the other. */
  #isTwin(path: string, name: string): boolean {
    if (path === name) return this.#made.has(name);
    if (!lstatIfPresent(path)?.isDirectory) return false;
    const { folder, state } = this.#workspace;
    const isNew = state.paths.has(name.slice(folder.capioDir.length + 1));
    if (isNew || !lstatIfPresent(name)) {
      this.#made.add(name);
      return false;
    }
    return true;
  }
}
