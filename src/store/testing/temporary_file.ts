import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "@std/path";

/** A path for a file that is removed in the end. */
export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
}

/** Makes a directory for one file. */
export async function temporaryFile(): Promise<TemporaryFile> {
  const directory = await mkdtemp(join(tmpdir(), "store-"));
  return {
    path: join(directory, "file"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
