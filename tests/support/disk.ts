import { assert, assertStringIncludes } from "@std/assert";
import { statfsSync } from "node:fs";

/** A small disk, where the system permits to mount one. */
export class Disk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
    Deno.mkdirSync(path, { recursive: true });
  }

  /** Mounts a disk; `undefined` where that is not permitted. */
  static mount(
    size: string,
    path: string = Deno.makeTempDirSync(),
  ): Disk | undefined {
    const disk = new Disk(path);
    if (mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk.path)) {
      return disk;
    }
    Deno.removeSync(disk.path);
    console.log("skipped: no disk may be mounted here");
    return undefined;
  }

  makeReadOnly(): void {
    assert(mount("-o", "remount,ro", this.path));
  }

  /** Bytes that are left. */
  get free(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Leaves no room for a single byte. */
  fill(): void {
    using file = Deno.openSync(this.#ballast, { append: true, create: true });
    for (const size of [2 ** 20, 4096, 1]) {
      try {
        for (;;) file.writeSync(new Uint8Array(size));
      } catch (error) {
        assertStringIncludes(String(error), "No space left on device");
      }
    }
  }

  /** Gives back what {@linkcode fill} has taken. */
  makeRoom(): void {
    Deno.removeSync(this.#ballast);
  }

  get #ballast(): string {
    return `${this.path}/ballast`;
  }

  [Symbol.dispose](): void {
    new Deno.Command("umount", { args: [this.path] }).outputSync();
    Deno.removeSync(this.path);
  }
}

function mount(...args: string[]): boolean {
  if (Deno.build.os !== "linux") return false;
  return new Deno.Command("mount", { args }).outputSync().success;
}
