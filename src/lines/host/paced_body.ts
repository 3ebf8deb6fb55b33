/** Replies up to this size go out in one write, and cost next to nothing. */
const PIECE_BYTES = 64 * 1024;

/**
 * The body of a reply. A large one is handed over piece by piece, and a client
 * that takes nothing for `stallTimeout` milliseconds is dropped: whoever asks
 * and does not read must not keep the reply in memory.
 */
export function pacedBody(
  text: string,
  stallTimeout: number,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= PIECE_BYTES) return bytes;
  let position = 0;
  let stall: ReturnType<typeof setTimeout> | undefined;
  return new ReadableStream({
    pull(controller) {
      clearTimeout(stall);
      if (position >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(position, position + PIECE_BYTES));
      position += PIECE_BYTES;
      stall = setTimeout(() => {
        controller.error(
          new Error(`A client took nothing for ${stallTimeout} ms`),
        );
      }, stallTimeout);
    },
    cancel: () => clearTimeout(stall),
  }, { highWaterMark: 0 });
}
