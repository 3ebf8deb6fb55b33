import type { WaitOptions } from "./wait_options.ts";

/** Several keys, as a list or a stream. */
export type Keys = Iterable<string> | AsyncIterable<string>;

/** Looks up keys one after the other. */
export async function* lookUpEach<T>(
  keys: Keys,
  look: (key: string) => Promise<T>,
): AsyncGenerator<T> {
  for await (const key of keys) yield await look(key);
}

/**
 * Looks up keys, several of them at the same time, and yields what is found in
 * the order of the keys. Waits for no key while there is something to yield.
 *
 * @param most Lookups that have begun and whose results are not taken yet.
 * @param signal Ends the lookups, which leaving early does as well.
 */
export async function* lookUpAhead<T>(
  keys: Keys,
  look: (key: string, options: WaitOptions) => Promise<T>,
  most: number,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const leave = new AbortController();
  const options = {
    signal: AbortSignal.any(signal ? [signal, leave.signal] : [leave.signal]),
  };
  const source = iterated(keys);
  const found: Promise<T>[] = [];
  let hasEnded = false;
  let next: Promise<void> | undefined;
  const take = async () => {
    try {
      const { done, value } = await source.next();
      if (done) hasEnded = true;
      else begin(look(value, options));
    } catch (error) {
      // In its place among the results, like that of a lookup.
      hasEnded = true;
      begin(Promise.reject(error));
    }
    next = undefined;
  };
  const begin = (result: Promise<T>) => {
    // Others may fail first; each is told of when it is its turn.
    result.catch(() => {});
    found.push(result);
  };
  try {
    for (;;) {
      if (!hasEnded && found.length < most) next ??= take();
      if (found.length === 0) {
        if (next === undefined) return;
        await next;
      } else if (next === undefined || await isFirst(found[0], next)) {
        const [result] = found.splice(0, 1);
        yield await result;
      }
    }
  } finally {
    leave.abort();
    if (!hasEnded) await source.return?.();
  }
}

function iterated(keys: Keys): AsyncIterator<string> | Iterator<string> {
  return Symbol.asyncIterator in keys
    ? keys[Symbol.asyncIterator]()
    : keys[Symbol.iterator]();
}

/** Whether a result is there, or fails, before something else happens. */
async function isFirst(
  result: Promise<unknown>,
  other: Promise<void>,
): Promise<boolean> {
  const there = result.then(() => true, () => true);
  return await Promise.race([there, other.then(() => false)]);
}
