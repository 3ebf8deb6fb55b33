import { system } from "../system.ts";
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

  constructor(workspace: Workspace, watcher: Deno.FsWatcher) {
    this.#workspace = workspace;
    this.#watcher = watcher;
  }

  async next(): Promise<IteratorResult<Deno.FsEvent, undefined>> {
    for (;;) {
      const result = await this.#watcher[Symbol.asyncIterator]().next();
      if (result.done) return { done: true, value: undefined };
      const paths = result.value.paths
        .map((path) => this.#published(path))
        .filter((path) => path !== undefined);
      if (paths.length > 0) {
        return { done: false, value: { ...result.value, paths } };
      }
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
}
