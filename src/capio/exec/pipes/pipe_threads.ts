/**
 * The most threads of the runtime that wait in pipes at once. The runtime has 32
 * for all calls of the file system: with each of them in a pipe, the files that
 * the pipes wait for would never be read.
 */
const MOST_THREADS = 8;

let taken = 0;

/**
 * Takes a thread to wait in a pipe with, until it is disposed of. Returns
 * `undefined` if there is none: the pipe is looked at from time to time then.
 */
export function takeThread(): Disposable | undefined {
  if (taken === MOST_THREADS) return undefined;
  taken++;
  return {
    [Symbol.dispose]() {
      taken--;
    },
  };
}
