import type { SpaceEvent, WorkflowFile } from "../../journal/mod.ts";
import { steadyClock } from "../../platform/mod.ts";

/** What the watch over the space of a disk reports. */
export interface DiskSpaceHooks {
  /**
   * Tells the readers of a file how it stands with the space for its replica.
   * Returns false if that could not be said, as there is no space for it either.
   */
  readonly say: (file: WorkflowFile, is: SpaceEvent["is"]) => boolean;
  readonly print: (line: string) => void;
  /** For how many seconds a file is tried again. */
  readonly patience: number;
}

/** A file that waits for space. */
interface Waiting {
  readonly since: number;
  /** The size from which on it has got past the place where it was stuck. */
  readonly needed: number;
}

/** So many bytes of a replica make room for what is to be told, among others. */
const ROOM_BYTES = 64 * 1024;

/** The files whose replicas cannot be written as the disk is full. */
export class DiskSpace {
  readonly #hooks: DiskSpaceHooks;
  readonly #waiting = new Map<number, Waiting>();

  constructor(hooks: DiskSpaceHooks) {
    this.#hooks = hooks;
  }

  /**
   * Cuts a replica behind which there was no space. What has come of it by halves
   * goes, and once a little more, so that the journal can grow.
   *
   * @param size Its size before.
   * @param missing The bytes for which there was no space, or not for all of them.
   * @returns Its size now.
   */
  cut(
    file: WorkflowFile,
    replica: Deno.FsFile,
    { size, missing }: { size: number; missing: number },
  ): number {
    const isFirst = !this.#waiting.has(file.number) && !file.noSpace;
    // What the cut gives back does not get it that far.
    this.#begin(file, size + missing);
    const rest = isFirst ? Math.max(size - ROOM_BYTES, 0) : size;
    replica.truncateSync(rest);
    return rest;
  }

  /** Notes that there is no space for a file, which is going to be tried again. */
  missing(file: WorkflowFile): void {
    const { number } = file;
    const { since } = this.#begin(file, 0);
    if (steadyClock() - since >= this.#hooks.patience * 1000) {
      if (this.#hooks.say(file, "given up")) this.#waiting.delete(number);
    } else if (!file.noSpace) {
      this.#hooks.say(file, "missing");
    }
  }

  #begin({ number, path }: WorkflowFile, needed: number): Waiting {
    if (this.#waiting.size === 0) {
      this.#hooks.print(
        `Cannot write what comes of "${path}": the disk is full. It is tried again each second`,
      );
    }
    const since = steadyClock();
    return this.#waiting.getOrInsert(number, { since, needed });
  }

  /** Notes that a file has got this size, after which more may come. */
  wrote(file: WorkflowFile, size: number): void {
    const { number, noSpace } = file;
    if (!noSpace && this.#waiting.size === 0) return;
    const waiting = this.#waiting.get(number);
    if (waiting && size < waiting.needed) return;
    this.#waiting.delete(number);
    if (noSpace) this.#hooks.say(file, "there");
  }

  /** Forgets all files but these, which are still to be written. */
  keep(files: ReadonlySet<number>): void {
    for (const number of this.#waiting.keys()) {
      if (!files.has(number)) this.#waiting.delete(number);
    }
  }
}
