import type { WorkflowFile } from "../journal/mod.ts";

/** The numbers that tell a file of the system from any other. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number | null;
}

/** An open file that is only read, and that can go on in another file. */
export interface ReadHandle {
  /** The file of the workflow that is open, if it is one. */
  readonly entry?: WorkflowFile;
  /** Returns what tells the open file from any other; it throws once closed. */
  identify(): FileIdentity;
  /** Goes on, at its position, in the copy of its file that lies at a location. */
  goOnIn(location: string, copy: WorkflowFile): void;
}

/** A complete file, of which a copy is made. */
export interface CopiedFile {
  readonly info: FileIdentity;
  /** The file of the workflow that it is, if it is one. */
  readonly entry?: WorkflowFile;
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
  readonly #keys = new Map<ReadHandle, readonly string[]>();

  /** Remembers a handle that was opened. */
  add(handle: ReadHandle): void {
    this.#unknown.add(handle);
  }

  /** Forgets a handle that was closed. */
  delete(handle: ReadHandle): void {
    if (this.#unknown.delete(handle)) return;
    for (const key of this.#keys.get(handle) ?? []) {
      const others = this.#known.get(key);
      others?.delete(handle);
      if (others?.size === 0) this.#known.delete(key);
    }
    this.#keys.delete(handle);
  }

  /** Makes the handles of a file go on in its copy, which lies at `location`. */
  follow(
    { info, entry }: CopiedFile,
    location: string,
    copy: WorkflowFile,
  ): void {
    if (this.#unknown.size === 0 && this.#known.size === 0) return;
    this.#identify();
    // A file that was published to another disk is not the one that was open.
    const found = [keyOf(info), ...(entry ? [keyOfEntry(entry)] : [])]
      .flatMap((key) => [...this.#known.get(key) ?? []]);
    for (const handle of new Set(found)) {
      this.delete(handle);
      handle.goOnIn(location, copy);
    }
  }

  #identify(): void {
    for (const handle of this.#unknown) {
      const keys = keysOfOpen(handle);
      if (keys.length === 0) continue;
      this.#keys.set(handle, keys);
      for (const key of keys) {
        this.#known.getOrInsertComputed(key, () => new Set()).add(handle);
      }
    }
    this.#unknown.clear();
  }
}

/** Returns none for a file that was closed without a word to the context. */
function keysOfOpen(handle: ReadHandle): string[] {
  const { entry } = handle;
  try {
    const key = keyOf(handle.identify());
    return entry ? [key, keyOfEntry(entry)] : [key];
  } catch {
    return [];
  }
}

function keyOf({ dev, ino }: FileIdentity): string {
  return `${dev} ${ino}`;
}

function keyOfEntry({ number }: WorkflowFile): string {
  return `#${number}`;
}
