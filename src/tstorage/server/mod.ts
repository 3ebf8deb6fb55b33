/**
 * The embedded server: sessions over any byte streams, a listener for TCP, and
 * the store in SQLite.
 *
 * @module
 */
export {
  openTStorage,
  type TStorageDatabase,
  type TStorageOptions,
} from "./open_tstorage.ts";
export {
  serveTStorage,
  type TStorageServer,
  type TStorageServerOptions,
} from "./serve_tstorage.ts";
export type { ServeOptions } from "./sessions.ts";
