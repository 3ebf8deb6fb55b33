import { basename, join } from "@std/path";
import type { Workspace } from "../overlay/mod.ts";
import { ifPresent, makeTrustedDirectory, system } from "../platform/mod.ts";

/**
 * Two directories for one program, each made at its first use: one beside the
 * spools for the files that appear only when it has ended well, and one for its
 * named pipes.
 */
export class Scratch implements Disposable {
  readonly #workspace: Workspace;
  /** A name for the program, unique for all time. */
  readonly name: string;
  readonly #base: string;
  #pipes: string | undefined;
  #entries = 0;

  constructor(workspace: Workspace) {
    const { workflow, folder } = workspace;
    this.#workspace = workspace;
    this.name = `${workflow.id}-${workflow.newHandle()}`;
    this.#base = join(folder.base, `${this.name}.program`);
  }

  /** Makes room for an entry of its own with the last name of a path. */
  place(path: string): string {
    const { check } = this.#workspace.folder;
    makeTrustedDirectory(this.#base, check);
    const directory = join(this.#base, `${this.#entries++}`);
    makeTrustedDirectory(directory, check);
    return join(directory, basename(path));
  }

  /**
   * The same for a named pipe. It lies in the directory for temporary files: a
   * watch of a directory opens what appears there, and would take part in a pipe.
   */
  pipe(path: string): string {
    const prefix = `sluice-pipes-${Deno.pid}-`;
    this.#pipes ??= system.makeTempDirSync({ prefix });
    const directory = join(this.#pipes, `${this.#entries++}`);
    system.mkdirSync(directory, { mode: 0o700 });
    return join(directory, basename(path));
  }

  /** Removes all that is left there. */
  [Symbol.dispose](): void {
    if (this.#entries === 0) return;
    this.#entries = 0;
    for (const directory of [this.#base, this.#pipes]) {
      if (directory === undefined) continue;
      ifPresent(() => system.removeSync(directory, { recursive: true }));
    }
  }
}
