import type { WorkflowFile } from "../journal/mod.ts";

/** The numbers that tell a file of the system from any other. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number | null;
}

/** An open file that is only read, and that can go on in another file. */
export interface ReadHandle {
  /** Returns what tells the open file from any other; it throws once closed. */
  identify(): FileIdentity;
  /** Goes on, at its position, in the copy of its file that lies at a location. */
  goOnIn(location: string, copy: WorkflowFile): void;
}

/**
 * The files that a member has open for reading alone. When the member itself
 * begins to write one of them that is complete, it writes to a copy. Its own
 * handles then go on in the copy: outside, they would see each write.
 */
export class ReadHandles {
  /** Those whose files are not known yet: most are never asked for them. */
  readonly #unknown = new Set<ReadHandle>();
  readonly #known = new Map<string, Set<ReadHandle>>();
  readonly #keys = new Map<ReadHandle, string>();

  /** Remembers a handle that was opened. */
  add(handle: ReadHandle): void {
    this.#unknown.add(handle);
  }

  /** Forgets a handle that was closed. */
  delete(handle: ReadHandle): void {
    if (this.#unknown.delete(handle)) return;
    const key = this.#keys.get(handle);
    if (key === undefined) return;
    this.#keys.delete(handle);
    const others = this.#known.get(key);
    others?.delete(handle);
    if (others?.size === 0) this.#known.delete(key);
  }

  /** Makes the handles of a file go on in its copy, which lies at `location`. */
  follow(file: FileIdentity, location: string, copy: WorkflowFile): void {
    if (this.#unknown.size === 0 && this.#known.size === 0) return;
    this.#identify();
    const handles = [...this.#known.get(keyOf(file)) ?? []];
    for (const handle of handles) {
      this.delete(handle);
      handle.goOnIn(location, copy);
    }
  }

  #identify(): void {
    for (const handle of this.#unknown) {
      const key = keyOfOpen(handle);
      if (key === undefined) continue;
      this.#keys.set(handle, key);
      const others = this.#known.get(key);
      if (others) others.add(handle);
      else this.#known.set(key, new Set([handle]));
    }
    this.#unknown.clear();
  }
}

/** The file may have been closed without a word to the context. */
function keyOfOpen(handle: ReadHandle): string | undefined {
  try {
    return keyOf(handle.identify());
  } catch {
    return undefined;
  }
}

function keyOf({ dev, ino }: FileIdentity): string {
  return `${dev} ${ino}`;
}
