import { createTrusted, openTrusted, system } from "../platform/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Bells of other members that are kept open; each takes a descriptor. */
const MOST_OPEN = 16;
/** What is written into a bell. Only that something is written counts. */
const STROKE = new Uint8Array([0]);

/**
 * Rings members that sleep. The bell of a member is a file that it watches: a
 * write wakes it.
 *
 * A ring may be lost. Then the member looks at its next tick.
 */
export class Bells implements Disposable {
  readonly #folder: WorkflowFolder;
  readonly #own: string;
  /** Wakes this member and those beside it, which need no file for that. */
  readonly #beside: Map<string, () => void>;
  readonly #open = new Map<string, Deno.FsFile>();
  #isHung = false;

  /**
   * @param wakeOwn Wakes the waits of this member `own`.
   * @param beside The bells of another member of this process. A write to a file
   * costs the runtime a comparison with all that any member of the process
   * watches, so that a hundred members would be busy with nothing else.
   */
  constructor(
    folder: WorkflowFolder,
    own: string,
    wakeOwn: () => void,
    beside?: Bells,
  ) {
    this.#folder = folder;
    this.#own = own;
    this.#beside = beside ? beside.#beside : new Map();
    this.#beside.set(own, wakeOwn);
  }

  /**
   * Makes the bell of this member, at its first sleep, and returns its path.
   *
   * @throws If it cannot: there is something in its place.
   */
  hang(): string {
    const path = this.#folder.bell(this.#own);
    if (this.#isHung) return path;
    createTrusted(path, this.#folder.check).close();
    this.#isHung = true;
    return path;
  }

  /** Rings a member. */
  ring(member: string): void {
    const wake = this.#beside.get(member);
    if (wake) return wake();
    try {
      const bell = this.#open.get(member) ?? this.#opened(member);
      bell?.seekSync(0, Deno.SeekMode.Start);
      bell?.writeSync(STROKE);
    } catch {
      // It has ended, something else lies there, or the disk is full.
    }
  }

  /** Closes the bells of others, and removes the own one. */
  [Symbol.dispose](): void {
    this.#beside.delete(this.#own);
    for (const bell of this.#open.values()) bell.close();
    this.#open.clear();
    if (!this.#isHung) return;
    try {
      system.removeSync(this.#folder.bell(this.#own));
    } catch {
      // The program has given up the permission: the last member removes it.
    }
  }

  #opened(member: string): Deno.FsFile | undefined {
    const { check } = this.#folder;
    const path = this.#folder.bell(member);
    const bell = openTrusted(path, { write: true }, check);
    if (!bell) return undefined;
    this.#open.set(member, bell);
    const [oldest] = this.#open;
    if (this.#open.size > MOST_OPEN) {
      this.#open.delete(oldest[0]);
      oldest[1].close();
    }
    return bell;
  }
}
