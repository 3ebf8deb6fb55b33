import { dirname, join } from "@std/path";
import {
  createTrusted,
  ifPresent,
  isAbsence,
  lstatIfPresent,
  makeTrustedDirectory,
  openTrusted,
  system,
} from "../../platform/mod.ts";
import type { WorkflowFolder } from "../../workflow/mod.ts";
import type { ReplicaOperation } from "../translation/mod.ts";

/** The mode of a replica until the one of its file is known. */
const MODE = 0o644;

/**
 * The replicas of a run: what is here of files of other machines. Each lies under
 * a name of its own, and its place in the spool is a hard link to it. So a rename
 * moves no bytes, and a file that has lost its name is read to its end.
 */
export class Replicas {
  readonly #folder: WorkflowFolder;
  readonly #base: string;

  /** Uses the folder of a run, which is there. */
  constructor(folder: WorkflowFolder) {
    this.#folder = folder;
    this.#base = join(folder.base, "replicas");
    makeTrustedDirectory(this.#base, folder.check);
  }

  /** Changes replicas, or their names. Done again, it changes nothing. */
  apply(operation: ReplicaOperation): void {
    switch (operation.type) {
      case "create":
        this.#create(operation.replica);
        return this.#name(operation.replica, operation.path, {
          replaces: operation.replaces,
        });
      case "directory":
        this.#folder.makeSpoolDirectory(operation.path, "disk");
        return;
      case "rename":
        this.#name(operation.replica, operation.to, { replaces: true });
        return this.#unname(operation.replica, operation.from);
      case "unname":
        return this.#unname(operation.replica, operation.path);
      case "removeDirectory":
        return this.#removeDirectory(operation.path);
      default:
        operation satisfies never;
    }
  }

  /** Opens a replica for writing, at its end. */
  open(replica: string): { file: Deno.FsFile; size: number } {
    const { check } = this.#folder;
    const path = join(this.#base, replica);
    const file = openTrusted(path, { write: true }, check);
    if (!file) throw new Deno.errors.NotFound(`Cannot find "${path}"`);
    const size = file.seekSync(0, Deno.SeekMode.End);
    return { file, size };
  }

  /** The size of a replica in bytes; `undefined` if there is none. */
  sizeOf(replica: string): number | undefined {
    return lstatIfPresent(join(this.#base, replica))?.size;
  }

  /** Gives a replica the mode of its file. */
  setMode(replica: string, mode: number): void {
    ifPresent(() => system.chmodSync(join(this.#base, replica), mode & 0o777));
  }

  /** Removes a replica that has no name and that nobody wants. */
  remove(replica: string): void {
    ifPresent(() => system.removeSync(join(this.#base, replica)));
  }

  #create(replica: string): void {
    const path = join(this.#base, replica);
    if (lstatIfPresent(path)) return;
    createTrusted(path, this.#folder.check).close();
    system.chmodSync(path, MODE);
  }

  #name(
    replica: string,
    path: string,
    { replaces }: { replaces: boolean },
  ): void {
    const own = lstatIfPresent(join(this.#base, replica));
    if (!own) return;
    const place = this.#place(path);
    const present = lstatIfPresent(place);
    if (present?.ino === own.ino && present.dev === own.dev) return;
    if (!present || !replaces) {
      return ifFree(() => system.linkSync(join(this.#base, replica), place));
    }
    const passing = join(this.#base, `${replica}.name`);
    ifPresent(() => system.removeSync(passing));
    system.linkSync(join(this.#base, replica), passing);
    system.renameSync(passing, place);
  }

  #unname(replica: string, path: string): void {
    const place = this.#folder.spool(path, "disk");
    const own = lstatIfPresent(join(this.#base, replica));
    const present = lstatIfPresent(place);
    if (!own || present?.ino !== own.ino || present.dev !== own.dev) return;
    ifPresent(() => system.removeSync(place));
  }

  #place(path: string): string {
    const directory = dirname(path);
    if (directory !== ".") {
      this.#folder.makeSpoolDirectory(directory, "disk");
    }
    return this.#folder.spool(path, "disk");
  }

  #removeDirectory(path: string): void {
    try {
      system.removeSync(this.#folder.spool(path, "disk"));
    } catch (error) {
      // Local members may have put something into it.
      if (!isAbsence(error) && !(error instanceof Error)) throw error;
    }
  }
}

/** Leaves what a local member has made in the meantime under that name. */
function ifFree(link: () => void): void {
  try {
    link();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
