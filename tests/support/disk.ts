import { assert } from "@std/assert";

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

  [Symbol.dispose](): void {
    new Deno.Command("umount", { args: [this.path] }).outputSync();
    Deno.removeSync(this.path);
  }
}

function mount(...args: string[]): boolean {
  if (Deno.build.os !== "linux") return false;
  return new Deno.Command("mount", { args }).outputSync().success;
}
