/**
 * A pause in the middle of a producer: it waits for standard input to end. The
 * test ends it at once where the programs run one after the other on plain
 * files, and where they run at the same time, when the consumer has read what
 * there is.
 */
export async function halfway(): Promise<void> {
  await Deno.stdin.read(new Uint8Array(1));
}
