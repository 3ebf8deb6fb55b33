/** What the C library of Linux maps anew each time, unless told otherwise. */
const MAPPED_BYTES = 131_072;
/** A little less than the largest size that it can be told to keep. */
const KEPT_BYTES = 31 * 2 ** 20;

let isTold = Deno.build.os !== "linux";

/**
 * A new buffer for a reader who brings none.
 *
 * A stream of such buffers is garbage that is freed in batches. The C library
 * (glibc) hands memory at the end of its heap back to the system once that is
 * more than twice the largest mapping ever freed, so each batch would have to
 * be mapped and zeroed anew, page by page: often twice to four times the time
 * of the reading itself. Freeing one large mapping, which nobody has touched
 * and which therefore costs nothing, makes the library keep what it has.
 */
export function freshBytes(length: number): Uint8Array<ArrayBuffer> {
  if (!isTold && length >= MAPPED_BYTES) {
    isTold = true;
    // Frees it at once, not when the garbage collector comes by.
    new ArrayBuffer(KEPT_BYTES).transfer(0);
  }
  return new Uint8Array(length);
}
