/**
 * A pause in the middle of a producer: it waits for a line on standard input,
 * as a program does that asks whether to go on. Started on plain files, it finds
 * the end of standard input and goes on at once. Started together with its
 * consumer, it goes on when the consumer has read what there is.
 */
export async function halfway(): Promise<void> {
  await Deno.stdin.read(new Uint8Array(1));
}
