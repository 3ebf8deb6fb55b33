import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { isDeno } from "../../internal/mod.ts";

/** A coding in which a server sends the bytes of a file. */
type ContentCoding = "gzip" | "deflate" | "br";

/** The names of codings; those of `identity` mean the bytes as they are. */
const CODINGS: ReadonlyMap<string, ContentCoding | "identity"> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
  ["identity", "identity"],
  // Of an upload to an object store, which has decoded it.
  ["aws-chunked", "identity"],
]);

/**
 * Whether `fetch` has already undone the codings that a response names. Deno
 * does so only if it has asked for them itself, and then leaves no name.
 */
export const DECODES_BY_ITSELF = !isDeno;

/** The ends of names of files that are in a coding themselves. */
const OWN_CODINGS: Readonly<Record<ContentCoding, RegExp>> = {
  gzip: /\.(gz|tgz|svgz|vgz|emz|wmz|taz)$/i,
  deflate: /\.(zz|zlib)$/i,
  br: /\.(br|tbr)$/i,
};

/**
 * Returns the codings of a response in the order in which they are undone, or
 * the name of an unknown one. A file that is compressed itself, such as
 * `x.csv.gz`, is wanted as it is: then its own coding is not undone.
 *
 * @param name The name of what was asked for.
 */
export function contentCodings(
  { headers }: Response,
  name: string,
): readonly ContentCoding[] | string {
  const codings: ContentCoding[] = [];
  const names = (headers.get("Content-Encoding") ?? "").split(",");
  for (const given of names.map((name) => name.trim().toLowerCase())) {
    const coding = given === "" ? "identity" : CODINGS.get(given);
    if (coding === undefined) return given;
    if (coding !== "identity") codings.unshift(coding);
  }
  if (DECODES_BY_ITSELF) return codings;
  // The last one that is undone is that of the file.
  const last = codings.at(-1);
  if (last !== undefined && OWN_CODINGS[last].test(name)) codings.pop();
  return codings;
}

/** Chunks of bytes, each of which is valid until the next one is asked for. */
export type ByteChunks = AsyncGenerator<Uint8Array<ArrayBuffer>>;

/** Undoes codings. Fails if the bytes are in others, or cut. */
export function decoded(
  chunks: ByteChunks,
  codings: readonly ContentCoding[],
): ByteChunks {
  return codings.reduce(undone, chunks);
}

/** The bytes with which every file in gzip begins, and no JSON. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** Returns whether bytes are the begin of a file in gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, i) => bytes[i] === byte);
}

function undone(chunks: ByteChunks, coding: ContentCoding): ByteChunks {
  switch (coding) {
    case "gzip":
      return gunzipped(chunks);
    case "deflate":
      return decompressed(chunks, new DecompressionStream("deflate"));
    case "br":
      // Unlike that of node:zlib, it fails when the end is missing.
      return decompressed(
        chunks,
        new DecompressionStream("brotli" as CompressionFormat),
      );
  }
}

async function* decompressed(
  chunks: ByteChunks,
  decompression: DecompressionStream,
): ByteChunks {
  yield* ReadableStream.from(copies(chunks)).pipeThrough(decompression);
}

/** A file may be several ones behind each other: a DecompressionStream fails. */
async function* gunzipped(chunks: ByteChunks): ByteChunks {
  const gunzip = createGunzip();
  // Its error is that of the iteration, too.
  const feeding = pipeline(copies(chunks), gunzip).catch(() => {});
  try {
    for await (const chunk of gunzip) yield chunk;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function* copies(chunks: ByteChunks): ByteChunks {
  for await (const chunk of chunks) yield chunk.slice();
}
