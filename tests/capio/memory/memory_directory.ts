import { existsSync } from "node:fs";
import { Disk } from "../../support/disk.ts";

/**
 * A directory in memory for one test: a mounted one, else one below that of the
 * user in `/run`. Where there is neither, a plain one stands in: all is the same
 * but the speed.
 */
export class MemoryDirectory implements Disposable {
  readonly path: string;
  readonly #disk: Disk | undefined;

  constructor(size = "256m") {
    this.#disk = mounted(size);
    this.path = Deno.realPathSync(
      this.#disk?.path ?? Deno.makeTempDirSync({ dir: ofUser() }),
    );
  }

  /** Whether it can be full: not without a file system of its own. */
  get isSmall(): boolean {
    if (!this.#disk) console.log("skipped: no disk may be mounted here");
    return this.#disk !== undefined;
  }

  /** All that is in it, relative, sorted. */
  list(directory: string = this.path): string[] {
    return Array.from(Deno.readDirSync(directory)).flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      const name = path.slice(this.path.length + 1);
      return entry.isDirectory ? [name, ...this.list(path)] : [name];
    }).sort();
  }

  /** The names of the files in it, without the folders that lead to them. */
  files(): string[] {
    return this.list()
      .map((path) => path.split("/").slice(2).join("/"))
      .filter((name) => name !== "");
  }

  /** Replaces the file system by an empty one, as a restart would. */
  mountAnew(): void {
    for (const args of [["umount"], ["mount", "-t", "tmpfs", "tmpfs"]]) {
      const [program, ...rest] = args;
      new Deno.Command(program, { args: [...rest, this.path] }).outputSync();
    }
  }

  [Symbol.dispose](): void {
    if (this.#disk) this.#disk[Symbol.dispose]();
    else Deno.removeSync(this.path, { recursive: true });
  }
}

function mounted(size: string): Disk | undefined {
  // Only an administrator may mount anything.
  return Deno.uid() === 0 ? Disk.mount(size) : undefined;
}

function ofUser(): string | undefined {
  const directory = `/run/user/${Deno.uid()}`;
  return existsSync(directory) ? directory : undefined;
}
