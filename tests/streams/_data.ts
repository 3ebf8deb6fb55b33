/** Bytes of which no two neighbouring blocks are alike. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17) & 255;
  return bytes;
}

/** All bytes of `chunks` in one array. */
export async function collect(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const blob = new Blob(await Array.fromAsync(chunks) as BlobPart[]);
  return new Uint8Array(await blob.arrayBuffer());
}

/** A file that holds `data`; it and all opened from it go with the scope. */
export async function temporaryFile(data: Uint8Array) {
  const path = await Deno.makeTempFile({ prefix: "streams-" });
  await Deno.writeFile(path, data);
  const opened: Deno.FsFile[] = [];
  return {
    path,
    open(): Deno.FsFile {
      const file = Deno.openSync(path);
      opened.push(file);
      return file;
    },
    [Symbol.dispose]() {
      for (const file of opened) file[Symbol.dispose]();
      Deno.removeSync(path);
    },
  };
}
