/** Writes all of the bytes, for a single write may take only some of them. */
export async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array,
): Promise<number> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
  return written;
}
