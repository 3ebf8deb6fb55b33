import type { WorkflowFile } from "../../journal/mod.ts";
import { replicaOf } from "../translation/mod.ts";

/** So many looks later nobody can be about to read a file that had a name. */
const LOOKS = 10;

/**
 * The replicas of files that were removed or replaced. They are removed, so that
 * they do not fill the disk: those who have them open read on.
 */
export class NamelessReplicas {
  readonly #remove: (replica: string) => void;
  /** For each file, at how many looks in a row nobody wanted it. */
  readonly #files = new Map<WorkflowFile, number>();

  /** @param remove Removes a replica, if it is there. */
  constructor(remove: (replica: string) => void) {
    this.#remove = remove;
  }

  /** Takes a file that has lost its name. */
  add(file: WorkflowFile): void {
    this.#files.set(file, 0);
  }

  /** Removes those that need no more bytes, and those that nobody wants any more. */
  look(isWanted: (file: WorkflowFile) => boolean): void {
    for (const [file, looks] of this.#files) {
      // A rename takes a name, and gives another one.
      if (!file.unlinked) {
        this.#files.delete(file);
        continue;
      }
      const isEnded = file.phase !== "open";
      if (!isEnded && looks < LOOKS) {
        this.#files.set(file, isWanted(file) ? 0 : looks + 1);
        continue;
      }
      this.#files.delete(file);
      const replica = replicaOf(file);
      if (replica !== undefined) this.#remove(replica);
    }
  }
}
