import { isDeno } from "../runtimes/mod.ts";

/** A file to be read from its start, or to be written. */
export interface CopiedFile extends Disposable {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  stat(): Promise<{ readonly isFile: boolean; readonly size: number }>;
}

/** Opens a file to copy what is in it; on Deno, that is a `Deno.FsFile`. */
export async function openToRead(path: string | URL): Promise<CopiedFile> {
  return isDeno ? await Deno.open(path) : openInNode(path, "r");
}

/** Creates or empties a file to copy something into it. */
export async function openToReplace(path: string | URL): Promise<CopiedFile> {
  return isDeno ? await Deno.create(path) : openInNode(path, "w+");
}

function openInNode(path: string | URL, flags: string): CopiedFile {
  // deno-lint-ignore no-process-global
  const fs = process.getBuiltinModule("node:fs");
  const fd = fs.openSync(path, flags);
  return {
    read: (into) =>
      called((done) => fs.read(fd, into, done)).then((count) => count || null),
    write: (bytes) => called((done) => fs.write(fd, bytes, done)),
    stat() {
      const stats = fs.fstatSync(fd);
      return Promise.resolve({ isFile: stats.isFile(), size: stats.size });
    },
    [Symbol.dispose]: () => fs.closeSync(fd),
  };
}

function called(
  call: (done: (error: Error | null, count: number) => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) =>
    call((error, count) => error ? reject(error) : resolve(count))
  );
}
