import { join } from "@std/path";
import {
  BY_KIND,
  enterSystemDirectory,
  type EntryCheck,
  ifPresent,
  lookAtTrusted,
  lstatIfPresent,
  makeTrustedDirectory,
  removeTree,
  system,
} from "../platform/mod.ts";

/**
 * The folder of one workflow below `memoryDir`. Its name comes from the identity
 * of `capioDir`, so that workflows of two directories never meet in one folder.
 */
export class MemoryFolder {
  /** The directory that the member was given, all symbolic links resolved. */
  readonly memoryDir: string;
  /** The identity of that directory on this machine. */
  readonly id: string;
  /** The folder itself. */
  readonly base: string;
  /** The spool in it. */
  readonly spool: string;
  readonly #shared: "group" | undefined;
  #check: EntryCheck | undefined;

  /** Names the folder; creates nothing. Both directories must exist. */
  constructor(
    memoryDir: string,
    capioDir: string,
    workflow: string,
    shared: "group" | undefined,
  ) {
    this.memoryDir = memoryDir;
    this.id = identityOf(memoryDir);
    this.base = join(memoryDir, `sluice-${identityOf(capioDir)}-${workflow}`);
    this.spool = join(this.base, "spool");
    this.#shared = shared;
  }

  /**
   * Makes the folder and its spool, closed to others.
   *
   * @throws {CapioError} If what is there is not one that sluice has made.
   */
  create(): void {
    makeTrustedDirectory(this.spool, this.#enter());
  }

  /**
   * Checks the folder and its spool, directly before their use.
   *
   * @throws {CapioError} If one is not to be trusted.
   */
  checkDirectories(): void {
    for (const directory of [this.base, this.spool]) {
      lookAtTrusted(directory, "directory", this.#check ?? BY_KIND);
    }
  }

  /**
   * Removes the folder with all that is in it.
   *
   * @throws {CapioError} If it is not to be trusted.
   */
  remove(): void {
    if (!lstatIfPresent(this.base)) return;
    this.#enter();
    ifPresent(() => removeTree(this.base));
  }

  /** Keeps what is there under another name, which nothing uses. */
  setAside(suffix: string): string | undefined {
    if (!lstatIfPresent(this.base)) return undefined;
    const name = this.base + suffix;
    system.renameSync(this.base, name);
    return name;
  }

  #enter(): EntryCheck {
    const { base, memoryDir } = this;
    this.#check ??= enterSystemDirectory(base, memoryDir, this.#shared);
    makeTrustedDirectory(base, this.#check);
    return this.#check;
  }
}

/** Returns what tells a directory from any other of this machine. */
function identityOf(directory: string): string {
  const { dev, ino } = system.statSync(directory);
  return `${dev}-${ino ?? encodeURIComponent(directory)}`;
}
