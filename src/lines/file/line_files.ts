import type { LineItem } from "../buffer/mod.ts";

/**
 * The files in which processes that share a directory keep their items. Each
 * method has its turn alone, in this process and among all of them.
 */
export interface LineFiles {
  /** Appends items. Whoever reads sees whole items only. */
  append(items: readonly LineItem[]): Promise<void>;
  /** The last `count` items, oldest first. */
  read(count: number): Promise<LineItem[]>;
  /** Removes all items. */
  clear(): Promise<void>;
  /** Releases the lock's file once all that was begun is done. */
  close(): Promise<void>;
}
