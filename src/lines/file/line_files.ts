import type { LineItem } from "../buffer/mod.ts";

/**
 * The files in which processes that share a directory keep their items. Calls
 * take turns, within this process and among all processes.
 */
export interface LineFiles {
  /** Appends items. A reader sees whole items only. */
  append(items: readonly LineItem[]): Promise<void>;
  /** The last `count` items, oldest first. */
  read(count: number): Promise<LineItem[]>;
  /** Removes all items. */
  clear(): Promise<void>;
  /** Closes the lock file once the calls before it are done. */
  close(): Promise<void>;
}
