/** A `Deno.FsFile`, a `Deno.Conn` or another writer that may write in parts. */
export interface BytesWriter {
  write(bytes: Uint8Array): Promise<number>;
}

/** The synchronous form of {@linkcode BytesWriter}. */
export interface BytesWriterSync {
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes all of the bytes: a single write may take only some of them.
 *
 * @returns The number of bytes written.
 */
export async function writeAll(
  writer: BytesWriter,
  bytes: Uint8Array,
): Promise<number> {
  for (let at = 0; at < bytes.length;) {
    at += await writer.write(bytes.subarray(at));
  }
  return bytes.length;
}

/** The synchronous form of {@linkcode writeAll}. */
export function writeAllSync(
  writer: BytesWriterSync,
  bytes: Uint8Array,
): number {
  for (let at = 0; at < bytes.length;) {
    at += writer.writeSync(bytes.subarray(at));
  }
  return bytes.length;
}
