import { openTrusted } from "../platform/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Bells of other members that are kept open; each takes a descriptor. */
const MOST_OPEN = 16;
/** What is written into a bell. Only that something is written counts. */
const STROKE = new Uint8Array([0]);

/**
 * Rings members that sleep. The bell of a member is the file of its lock, which
 * it watches: a write wakes it.
 *
 * A ring may be lost. Then the member looks at its next tick.
 */
export class Bells implements Disposable {
  readonly #folder: WorkflowFolder;
  readonly #own: string;
  readonly #wakeOwn: () => void;
  readonly #open = new Map<string, Deno.FsFile>();

  /** @param wakeOwn Wakes the waits of this member `own`. */
  constructor(folder: WorkflowFolder, own: string, wakeOwn: () => void) {
    this.#folder = folder;
    this.#own = own;
    this.#wakeOwn = wakeOwn;
  }

  /** Rings a member. */
  ring(member: string): void {
    if (member === this.#own) return this.#wakeOwn();
    try {
      const bell = this.#open.get(member) ?? this.#opened(member);
      bell?.seekSync(0, Deno.SeekMode.Start);
      bell?.writeSync(STROKE);
    } catch {
      // It has ended, something else lies there, or the disk is full.
    }
  }

  /** Closes the bells. */
  [Symbol.dispose](): void {
    for (const bell of this.#open.values()) bell.close();
    this.#open.clear();
  }

  #opened(member: string): Deno.FsFile | undefined {
    const { check } = this.#folder;
    const path = this.#folder.memberLock(member);
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
