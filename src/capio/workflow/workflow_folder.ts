import { join } from "@std/path";
import {
  childOf,
  FileLock,
  ifPresent,
  lstatIfPresent,
  makeCounterpart,
  removeTree,
  system,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";

/** Where a workflow keeps what, under `<capioDir>/.capio/`. */
export class WorkflowFolder {
  readonly capioDir: string;
  readonly workflowName: string;
  readonly journal: string;
  /** Locked while files are moved; relative to `capioDir`. */
  readonly publicationLock: string;
  readonly #system: string;
  readonly #base: string;
  readonly #spool: string;
  readonly #twins = new Set<string>();

  /** Names the places; creates nothing. */
  constructor(capioDir: string, workflowName: string) {
    this.capioDir = capioDir;
    this.workflowName = workflowName;
    this.#system = join(capioDir, SYSTEM_DIRECTORY);
    const name = fileName(workflowName);
    this.#base = join(this.#system, name);
    this.publicationLock = `${SYSTEM_DIRECTORY}/${name}/publication.lock`;
    this.#spool = join(this.#base, "spool");
    this.journal = join(this.#base, "journal");
  }

  /** What to watch: all changes to the journal and to unpublished files. */
  get base(): string {
    return this.#base;
  }

  /** Where `path` lies once it is published. */
  real(path: string): string {
    return path === "" ? this.capioDir : join(this.capioDir, path);
  }

  /** Where `path` lies until then. */
  spool(path: string): string {
    return path === "" ? this.#spool : join(this.#spool, path);
  }

  /** Makes what is missing of the spool's part of a directory. */
  makeSpoolTwin(path: string): string {
    const real = (path: string) => this.real(path);
    makeCounterpart(path, (path) => this.spool(path), real);
    return this.spool(path);
  }

  /** Makes the spool's part of a directory and of all directories below it. */
  makeSpoolTree(path: string): void {
    this.makeSpoolTwin(path);
    this.#twins.add(path);
    const entries = ifPresent(() => readIfOpen(this.real(path))) ?? [];
    for (const { name, isDirectory } of entries) {
      if (!isDirectory || (path === "" && name === SYSTEM_DIRECTORY)) continue;
      this.makeSpoolTree(childOf(path, name));
    }
  }

  /** Whether this process has made the spool's part of a directory so. */
  hasMadeTwin(path: string): boolean {
    return this.#twins.has(path);
  }

  /** Makes what is missing of a directory in the real tree. */
  makeRealTwin(path: string): string {
    const spool = (path: string) => this.spool(path);
    makeCounterpart(path, (path) => this.real(path), spool);
    return this.real(path);
  }

  /** The file that member `id` keeps locked while it lives. */
  memberLock(id: string): string {
    return join(this.#base, "members", id);
  }

  /** Where member `id` copies what it is going to write anew. */
  copy(id: string): string {
    return join(this.#base, `${id}.copy`);
  }

  /** Held while members come and go. */
  lock(): FileLock {
    for (;;) {
      system.mkdirSync(this.#system, { recursive: true });
      const lock = ifPresent(() => FileLock.acquire(`${this.#base}.lock`));
      if (lock) return lock;
      // The last member of another workflow has just cleared up.
    }
  }

  /** Whether a run of the workflow is there. */
  get isInUse(): boolean {
    return lstatIfPresent(this.journal) !== undefined;
  }

  /** Whether the program may, or has given up what it was allowed. */
  get isPermitted(): boolean {
    return (["read", "write"] as const).every((name) =>
      Deno.permissions.querySync({ name, path: this.#system }).state ===
        "granted"
    );
  }

  /** Makes the folders that a workflow starts with. */
  create(): void {
    system.mkdirSync(this.#spool, { recursive: true });
    system.mkdirSync(join(this.#base, "members"), { recursive: true });
  }

  /** Drops the lock file of a member that has ended. */
  forgetMember(id: string): void {
    if (!this.isPermitted) return;
    ifPresent(() => system.removeSync(this.memberLock(id)));
  }

  /** Drops everything but the lock that members come and go under. */
  empty(): void {
    ifPresent(() => removeTree(this.#base));
  }

  /** Leaves nothing behind, if no other workflow uses the directory. */
  remove(): void {
    this.empty();
    ifPresent(() => system.removeSync(`${this.#base}.lock`));
    try {
      system.removeSync(this.#system);
    } catch {
      // Another workflow lives here too.
    }
  }
}

/** What is in a directory, nothing when the process may not look into it. */
function readIfOpen(directory: string): Deno.DirEntry[] {
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

/** A file name that no workflow name can break out of or collide in. */
function fileName(workflowName: string): string {
  return encodeURIComponent(workflowName)
    .replace(/[.*]/g, (it) => `%${it.charCodeAt(0).toString(16)}`);
}
