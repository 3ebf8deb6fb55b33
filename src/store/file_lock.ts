/**
 * Runs a section while holding the advisory lock on a file, which one process
 * at a time can hold. The section is synchronous, so within a process there is
 * nothing to wait for; the lock of a process that dies goes with it.
 */
export function withLock<T>(path: string, section: () => T): T | Promise<T> {
  const file = Deno.openSync(path, { write: true, create: true });
  if (!tryLock(file)) return runLocked(file, section);
  // The lock belongs to this opening of the file and goes when it is closed.
  using _file = file;
  return section();
}

/** Takes the advisory lock of an open file, unless it is taken. */
export function tryLock(file: Deno.FsFile): boolean {
  return file.tryLockSync(true);
}

async function runLocked<T>(file: Deno.FsFile, section: () => T): Promise<T> {
  using _file = file;
  await file.lock(true);
  return section();
}
