import { isLinux } from "../../internal/mod.ts";

/** From this size on, glibc maps new memory each time unless told otherwise. */
const MAPPED_BYTES = 131_072;
/** A little less than the largest size that glibc can be told to keep. */
const KEPT_BYTES = 31 * 2 ** 20;

let hasRaisedThreshold = !isLinux();

/**
 * Allocates a buffer for a reader that brings none.
 *
 * A stream of such buffers is garbage that is freed in batches. The C library
 * (glibc) returns memory at the end of its heap to the system when that is more
 * than twice the largest mapping ever freed, so the system would have to map and
 * zero the memory of each batch again, page by page: often two to four times
 * the time of the reading itself. Freeing one large mapping makes the library
 * keep its memory; the mapping itself costs nothing, as nothing touches it.
 */
export function freshBytes(length: number): Uint8Array<ArrayBuffer> {
  if (!hasRaisedThreshold && length >= MAPPED_BYTES) {
    hasRaisedThreshold = true;
    // Frees it at once, not when the garbage collector runs.
    new ArrayBuffer(KEPT_BYTES).transfer(0);
  }
  return new Uint8Array(length);
}
