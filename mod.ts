/**
 * sluice lets programs exchange files, log lines, key-value blobs and
 * time-series records while they are still being produced, with back-pressure.
 *
 * These are the names that most programs need. Each module has everything that
 * is its own under an entry of its own, for instance `@sluice/sluice/capio`:
 * options, statuses, errors and all that is rarer. This entry loads all modules,
 * which takes about 150 ms longer than `@sluice/sluice/streams` alone: a program
 * that has to start quickly imports what it needs from there.
 *
 * @example Hash a file while it is read
 * ```ts no-eval
 * import { bufferIterator, HashingStream } from "@sluice/sluice";
 *
 * using file = await Deno.open("flights.csv");
 * const hashing = new HashingStream("sha256");
 * await bufferIterator(file).pipeThrough(hashing).pipeTo(new WritableStream());
 * console.log((await hashing.digest).toHex());
 * ```
 *
 * @module
 */
export {
  CapioContext,
  CapioError,
  enterCapio,
  stepCommand,
  withCapio,
} from "./src/capio/mod.ts";
export { EventManager, ProgressManager } from "./src/events/mod.ts";
export {
  LineBuffer,
  LineHostBuffer,
  LineHostMirror,
  LineHostReader,
  redirectStdout,
} from "./src/lines/mod.ts";
export {
  FileStore,
  KeyError,
  MemoryStore,
  openStore,
  SqliteStore,
  UrlStore,
} from "./src/store/mod.ts";
export {
  bufferIterator,
  BufferIteratorIO,
  HashingStream,
  tee,
} from "./src/streams/mod.ts";
export {
  Channel,
  ColumnsPayloadType,
  Key,
  serveTStorage,
} from "./src/tstorage/mod.ts";
