import { basename, join } from "@std/path";
import {
  BY_KIND,
  childOf,
  enterSystemDirectory,
  type EntryCheck,
  type Expectation,
  FileLock,
  ifPresent,
  isAbsence,
  locationIn,
  type LockWait,
  lookAtTrusted,
  lstatIfPresent,
  makeCounterpart,
  makeTrustedDirectory,
  removeProbes,
  removeTree,
  system,
  SYSTEM_DIRECTORY,
  Ways,
} from "../platform/mod.ts";
import { MemoryFolder } from "./memory_folder.ts";
import { type Spool, type SpoolField, Spools } from "./spools.ts";

/** Options of a {@linkcode WorkflowFolder}. */
export interface WorkflowFolderOptions {
  /** Whether the group of `capioDir` shares the workflow. */
  readonly shared?: "group";
  /**
   * The name of the folder under `.capio`, when it is not the one that follows
   * from the workflow's: that of a run set aside.
   */
  readonly folderName?: string;
  /** The directory for what `storage.memory` names, all links resolved. */
  readonly memoryDir?: string;
}

/** The places of one workflow under `<capioDir>/.capio/`. */
export class WorkflowFolder {
  readonly capioDir: string;
  readonly workflowName: string;
  readonly journal: string;
  /** The file that is locked while files are moved; relative to `capioDir`. */
  readonly publicationLock: string;
  /** The part of the workflow that lies in memory, if its members want one. */
  readonly memory: MemoryFolder | undefined;
  readonly spools: Spools;
  readonly #system: string;
  readonly #base: string;
  readonly #members: string;
  readonly #shared: "group" | undefined;
  readonly #spoolTrees = new Set<string>();
  readonly #ways = new Ways();
  #check: EntryCheck | undefined;
  /** Whether `lockWhenFree` holds the lock under which members come and go. */
  #isLocked = false;

  /** Names the places; creates nothing. */
  constructor(
    capioDir: string,
    workflowName: string,
    { shared, folderName, memoryDir }: WorkflowFolderOptions = {},
  ) {
    this.capioDir = capioDir;
    this.workflowName = workflowName;
    this.#shared = shared;
    this.#system = join(capioDir, SYSTEM_DIRECTORY);
    const name = folderName ?? fileName(workflowName);
    this.#base = join(this.#system, name);
    this.publicationLock = `${SYSTEM_DIRECTORY}/${name}/publication.lock`;
    if (memoryDir !== undefined) {
      this.memory = new MemoryFolder(memoryDir, capioDir, name, shared);
    }
    this.spools = new Spools(
      join(this.#base, "spool"),
      this.memory?.spool,
    );
    this.#members = join(this.#base, "members");
    this.journal = join(this.#base, "journal");
  }

  /** The name of the folder under `.capio`. */
  get name(): string {
    return basename(this.#base);
  }

  /** The folder itself. */
  get base(): string {
    return this.#base;
  }

  /** The place of `path` in the real tree, where it lies once it is published. */
  real(path: string): string {
    return locationIn(this.capioDir, path);
  }

  /** The place of `path` in a spool, where it lies until then. */
  spool(path: string, spool: Spool): string {
    return this.spools.location(path, spool);
  }

  /** The places of `path` in all trees, those in the spools first. */
  trees(path: string): string[] {
    return [...this.spools.locations(path), this.real(path)];
  }

  /** Returns the spool that a location lies in; none for the real tree. */
  spoolAt(location: string): Spool | undefined {
    return this.spools.find(location)?.spool;
  }

  /** Returns what an event says of an entry that was made at a location. */
  spoolField(location: string): SpoolField {
    if (!this.memory) return {};
    return this.spoolAt(location) === "memory" ? { memory: true } : {};
  }

  /** Makes what is missing of a directory in a spool, and returns its place. */
  makeSpoolDirectory(path: string, spool: Spool): string {
    const others = this.spools.all.filter((it) => it !== spool);
    makeCounterpart(
      path,
      (path) => this.spool(path, spool),
      (path) =>
        others.map((it) => this.spool(path, it))
          .find((it) => lstatIfPresent(it)) ?? this.real(path),
    );
    return this.spool(path, spool);
  }

  /** Makes a directory and all real directories below it in all spools. */
  makeSpoolTree(path: string): void {
    for (const spool of this.spools.all) this.makeSpoolDirectory(path, spool);
    this.#spoolTrees.add(path);
    const entries = ifPresent(() => readIfPermitted(this.real(path))) ?? [];
    for (const { name, isDirectory } of entries) {
      if (!isDirectory || (path === "" && name === SYSTEM_DIRECTORY)) continue;
      this.makeSpoolTree(childOf(path, name));
    }
  }

  /** Tells whether `makeSpoolTree` of this process has made a directory. */
  hasMadeSpoolTree(path: string): boolean {
    return this.#spoolTrees.has(path);
  }

  /** Makes what is missing of a directory in the real tree, and returns its place. */
  makeRealDirectory(path: string): string {
    const { spools } = this;
    makeCounterpart(
      path,
      (path) => this.real(path),
      (path) => spools.present(path) ?? spools.location(path, "disk"),
    );
    return this.real(path);
  }

  /** The file that member `id` keeps locked while it lives. */
  memberLock(id: string): string {
    return join(this.#members, id);
  }

  /** The file that others write to when they wake member `id`. */
  bell(id: string): string {
    return join(this.#members, `${id}.bell`);
  }

  /**
   * The file to which member `id` copies a real file before it changes it,
   * beside the spool that the copy is for.
   */
  copy(id: string, spool: Spool): string {
    return join(this.#beside(spool), `${id}.copy`);
  }

  /** A second name of a file that member `id` writes, beside its spool. */
  secondName(id: string, handle: number, spool: Spool): string {
    return join(this.#beside(spool), `${id}-${handle}.link`);
  }

  /** The copy of a file in memory that is about to move to its place. */
  get published(): string {
    return join(this.#base, "published.copy");
  }

  /**
   * How the entries under `.capio` are checked: as a member does, once this
   * process has entered the directory, else by their kinds.
   */
  get check(): EntryCheck {
    return this.#check ?? BY_KIND;
  }

  /**
   * Acquires the lock under which members come and go, for `app`.
   *
   * @throws {CapioError} If `.capio` or the lock is not one that sluice made.
   */
  lock(app: string): Disposable {
    if (this.#isLocked) return { [Symbol.dispose]: () => {} };
    for (;;) {
      const check = this.#enter();
      const lock = ifPresent(() =>
        FileLock.acquire(`${this.#base}.lock`, check, { app })
      );
      if (lock) return lock;
      // The last member of another workflow has just removed the directory.
    }
  }

  /**
   * The same without blocking the thread while somebody else has the lock. Until
   * the result is disposed of, `lock` waits for nothing.
   */
  async lockWhenFree(app: string, wait: LockWait): Promise<Disposable> {
    for (;;) {
      const check = this.#enter();
      try {
        const path = `${this.#base}.lock`;
        const lock = await FileLock.acquireWhenFree(path, check, {
          app,
          ...wait,
        });
        this.#isLocked = true;
        return {
          [Symbol.dispose]: () => {
            this.#isLocked = false;
            lock[Symbol.dispose]();
          },
        };
      } catch (error) {
        if (!isAbsence(error)) throw error;
        // The last member of another workflow has just removed the directory.
      }
    }
  }

  /**
   * Whether a run of the workflow has left a journal here, or is going on.
   *
   * @throws {CapioError} If what leads to the journal is not to be trusted.
   */
  get isInUse(): boolean {
    return this.#lookAtBase() && lstatIfPresent(this.journal) !== undefined;
  }

  /**
   * Checks, directly before their use, the directories of a run.
   *
   * @throws {CapioError} If one is not to be trusted.
   */
  checkDirectories(): void {
    this.#lookAtBase();
    for (const directory of [this.spool("", "disk"), this.#members]) {
      lookAtTrusted(directory, "directory", this.check);
    }
    this.memory?.checkDirectories();
  }

  /**
   * Checks, directly before their use, the directories that lead to the entries
   * of a directory, in a spool and in the real tree.
   *
   * @throws {CapioError} If one is not to be trusted, or is a link.
   */
  checkWays(directory: string, spool: Spool): void {
    this.#ways.check(
      (path) => this.spool(path, spool),
      directory,
      () => this.checkDirectories(),
    );
    this.checkRealWay(directory);
  }

  /**
   * Checks, directly before its use, a directory of the real tree and what leads
   * to it.
   *
   * @throws {CapioError} If one is a link.
   */
  checkRealWay(directory: string): void {
    if (directory === "") return;
    this.#ways.check((path) => this.real(path), directory, () => {});
  }

  /**
   * Checks, directly before its use, a directory of a spool and what leads to it.
   *
   * @param passes Tells what may be there besides directories.
   * @throws {CapioError} If there is anything else.
   */
  checkSpoolWay(
    directory: string,
    spool: Spool,
    passes: (path: string, info: Deno.FileInfo) => boolean,
  ): void {
    // Most calls end here.
    if (this.#ways.isKnown(this.spool(directory, spool))) return;
    this.#ways.check(
      (path) => this.spool(path, spool),
      directory,
      () => this.checkDirectories(),
      passes,
    );
  }

  /** Whether the program still has the permissions that clearing up needs. */
  get isPermitted(): boolean {
    const used = this.memory
      ? [this.#system, this.memory.base]
      : [this.#system];
    return (["read", "write"] as const).every((name) =>
      used.every((path) =>
        Deno.permissions.querySync({ name, path }).state === "granted"
      )
    );
  }

  /** Makes the directories that a run starts with. */
  create(expected: Expectation = {}): void {
    const spool = this.spool("", "disk");
    for (const directory of [this.#base, spool, this.#members]) {
      makeTrustedDirectory(directory, this.check, expected);
    }
    this.memory?.create();
  }

  /** Removes the lock file of a member that has ended. */
  forgetMember(id: string): void {
    if (!this.isPermitted) return;
    ifPresent(() => system.removeSync(this.memberLock(id)));
  }

  /**
   * Removes everything but the lock under which members come and go.
   *
   * @throws {CapioError} If it is not to be trusted.
   */
  empty(): void {
    this.memory?.remove();
    if (this.#lookAtBase()) ifPresent(() => removeTree(this.#base));
  }

  /** Removes everything, the directory too unless another workflow uses it. */
  remove(): void {
    this.empty();
    this.removeLock();
    this.removeSystem();
  }

  /** Removes the directory in which the folder lay, unless others use it. */
  removeSystem(): void {
    try {
      removeProbes(this.#system);
      system.removeSync(this.#system);
    } catch {
      // Another workflow uses the directory.
    }
  }

  /** Removes the lock under which members come and go; the caller holds it. */
  removeLock(): void {
    ifPresent(() => system.removeSync(`${this.#base}.lock`));
  }

  #enter(): EntryCheck {
    this.#check ??= enterSystemDirectory(
      this.#system,
      this.capioDir,
      this.#shared,
    );
    makeTrustedDirectory(this.#system, this.#check);
    return this.#check;
  }

  /** Returns whether the folder is there. */
  #lookAtBase(): boolean {
    return [this.#system, this.#base].every((directory) =>
      lookAtTrusted(directory, "directory", this.check) !== undefined
    );
  }

  /** The directory beside a spool for files that go there or come from there. */
  #beside(spool: Spool): string {
    return spool === "memory" && this.memory ? this.memory.base : this.#base;
  }
}

/** Lists a directory; the list is empty when the process may not read it. */
function readIfPermitted(directory: string): Deno.DirEntry[] {
  try {
    return [...system.readDirSync(directory)];
  } catch (error) {
    const { NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof NotCapable || error instanceof PermissionDenied) {
      return [];
    }
    throw error;
  }
}

/**
 * Returns the name of the workflow that a folder under `.capio` is made for,
 * whatever follows after a dot; `undefined` for the name of no folder.
 */
export function workflowNameOf(folderName: string): string | undefined {
  const [name] = folderName.split(".", 1);
  try {
    const workflowName = decodeURIComponent(name);
    return fileName(workflowName) === name ? workflowName : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a file name of a workflow name: without separators, and unique. */
function fileName(workflowName: string): string {
  return encodeURIComponent(workflowName)
    .replace(/[.*]/g, (it) => `%${it.charCodeAt(0).toString(16)}`);
}
