import type { FileLock, LockMode } from "./file_lock.ts";
import { openPlainFile } from "./plain_file.ts";
import { Turns } from "./turns.ts";

/** The lock of the operating system that `Deno.FsFile.lock` takes. */
export class FlockLock implements FileLock {
  readonly #path: string;
  readonly #turns = new Turns();
  #file: Deno.FsFile | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  during<T>(mode: LockMode, action: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const file = this.#file ??= await openPlainFile(this.#path);
      await file.lock(mode === "exclusive");
      try {
        return await action();
      } finally {
        await file.unlock();
      }
    });
  }

  async close(): Promise<void> {
    await this.#turns.done();
    this.#file?.close();
    this.#file = undefined;
  }
}
