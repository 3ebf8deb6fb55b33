import {
  isInSpool,
  type WorkflowFile,
  type WorkflowState,
} from "../../journal/mod.ts";
import { isAbsence, lstatIfPresent, system } from "../../platform/mod.ts";
import { spoolOf, type WorkflowFolder } from "../../workflow/mod.ts";
import type { ServedFile } from "./byte_service.ts";

/** What the file system says of a file at its commit. */
export interface CommittedSize {
  readonly size: number;
  readonly mode?: number;
}

/**
 * The files of this machine that others may ask for. From the first wish on a
 * file is open here, as with a reader: what happens to its name does it no harm.
 */
export class ServedFiles implements Disposable {
  readonly #folder: WorkflowFolder;
  /** Reads on in the journal. */
  readonly #refresh: () => WorkflowState;
  readonly #files = new Map<number, WorkflowFile>();
  readonly #open = new Map<number, OpenFile>();

  constructor(folder: WorkflowFolder, refresh: () => WorkflowState) {
    this.#folder = folder;
    this.#refresh = refresh;
  }

  /** Takes note of a file that a member of this machine has made. */
  add(file: WorkflowFile): void {
    this.#files.set(file.number, file);
  }

  /** Returns a file by its number, open, or why it cannot be had. */
  find(number: number): ServedFile | { readonly why: string } {
    const known = this.#open.get(number);
    if (known) {
      // The one that was asked for last is the last one.
      this.#open.delete(number);
      this.#open.set(number, known);
      return known;
    }
    const file = this.#files.get(number);
    if (!file) return { why: "it is unknown at its home" };
    const opened = this.#opened(file);
    if (!opened) {
      return { why: "it was removed or replaced before it was carried" };
    }
    const served = new OpenFile(file, opened);
    this.#open.set(number, served);
    if (this.#open.size > MOST_OPEN) this.#closeSome();
    return served;
  }

  /** Returns what is known of a committed file; `undefined` if it is gone. */
  committedSize(file: WorkflowFile): CommittedSize | undefined {
    if (file.kind !== "file") return { size: 0 };
    const known = this.#open.get(file.number);
    const info = known?.info() ??
      this.#look(file, (location) => lstatIfPresent(location));
    if (!info?.isFile) return undefined;
    const { size, mode } = info;
    return mode === null ? { size } : { size, mode: mode & 0o777 };
  }

  [Symbol.dispose](): void {
    for (const file of this.#open.values()) file[Symbol.dispose]();
    this.#open.clear();
  }

  /** Closes files that can be opened again: finished ones that have a name. */
  #closeSome(): void {
    for (const [number, file] of this.#open) {
      if (this.#open.size <= FEW_OPEN) return;
      if (file.isNeeded) continue;
      this.#open.delete(number);
      file[Symbol.dispose]();
    }
  }

  #opened(file: WorkflowFile): Deno.FsFile | undefined {
    return this.#look(
      file,
      (location) => {
        // Nothing but a file: opening a pipe could take for ever.
        if (!lstatIfPresent(location)?.isFile) return undefined;
        try {
          return system.openSync(location, { read: true });
        } catch (error) {
          if (isAbsence(error)) return undefined;
          throw error;
        }
      },
      (opened) => opened.close(),
    );
  }

  /**
   * Looks at the place of a file. The journal says afterwards whether the file was
   * there all the while.
   */
  #look<T>(
    file: WorkflowFile,
    look: (location: string) => T | undefined,
    drop: (result: T) => void = () => {},
  ): T | undefined {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const state = this.#refresh();
      const { path, unlinked } = file;
      if (unlinked) return undefined;
      const spool = this.#folder.spool(path, spoolOf(file));
      const places = isInSpool(state, file)
        ? [spool, this.#folder.real(path)]
        : [this.#folder.real(path)];
      for (const place of places) {
        const result = look(place);
        if (result === undefined) continue;
        this.#refresh();
        const isSame = !file.unlinked && file.path === path;
        if (isSame) return result;
        drop(result);
      }
    }
    return undefined;
  }
}

/** From how many open files on some are closed. */
const MOST_OPEN = 256;
/** How many then stay open. */
const FEW_OPEN = 128;

/** How often a file is looked for that is moved again and again. */
const MOST_ATTEMPTS = 10;

class OpenFile implements ServedFile, Disposable {
  readonly #entry: WorkflowFile;
  readonly #file: Deno.FsFile;

  constructor(entry: WorkflowFile, file: Deno.FsFile) {
    this.#entry = entry;
    this.#file = file;
  }

  readAt(bytes: Uint8Array, offset: number): number {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    let count = 0;
    while (count < bytes.length) {
      const read = this.#file.readSync(bytes.subarray(count));
      if (read === null) break;
      count += read;
    }
    return count;
  }

  /** Whether it cannot be opened again, or is read as it grows. */
  get isNeeded(): boolean {
    return this.#entry.phase === "open" || this.#entry.unlinked;
  }

  isGrowing(): boolean {
    return this.#entry.phase === "open";
  }

  info(): Deno.FileInfo {
    return this.#file.statSync();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
