/**
 * Passes chunks on. To leave early aborts the request that brings them, even one
 * in progress.
 */
export function cancellable(
  chunks: AsyncGenerator<Uint8Array>,
  request: AbortController,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      async return() {
        request.abort();
        // The error is that of the abort, which the reader asked for.
        await chunks.return(undefined).catch(() => {});
        return { done: true, value: undefined };
      },
    }),
  };
}
