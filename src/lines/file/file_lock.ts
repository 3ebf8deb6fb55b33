/** A lock that readers share, or that one writer has alone. */
export type LockMode = "shared" | "exclusive";

/**
 * An advisory lock on a file, for one process among several. It keeps the
 * callers within its own process apart as well.
 */
export interface FileLock {
  /** Waits for the lock, and holds it until the action is done. */
  during<T>(mode: LockMode, action: () => Promise<T>): Promise<T>;
  /** Closes the file once the actions so far are done. */
  close(): Promise<void>;
}
