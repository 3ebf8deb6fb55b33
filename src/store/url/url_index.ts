import { parseExactJson, shownUrl } from "../../internal/mod.ts";
import { copyMetadata, type Metadata, StoreError } from "../core/mod.ts";
import { type ByteChunks, decoded, isGzip } from "./content_coding.ts";
import { Retries } from "./retries.ts";
import { contentOf, unlessLost, type UrlContent } from "./url_content.ts";
import { missing, request, type UrlSource } from "./url_request.ts";

/** What to do when there is something else in the place of an index. */
const WITHOUT =
  'if there is none, say so with { index: false } or "--no-index"';

/**
 * Reads the index of a server: all keys with their metadata.
 *
 * @param most Bytes of the longest index that is read.
 * @returns Nothing if the server has none.
 */
export async function readIndex(
  url: string,
  source: UrlSource,
  most: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Metadata> | undefined> {
  const retries = new Retries(source.retries);
  const read = async () => {
    const response = await request(url, source, { signal, retries });
    if (response.status !== 200) return await missing(url, response, WITHOUT);
    const content = await contentOf(url, response, source.timeout);
    return parseIndex(await textOf(url, content, most), url, response);
  };
  return await unlessLost(read, retries, signal);
}

/** Reads a text that may be without end, and compressed. */
async function textOf(
  url: string,
  content: UrlContent,
  most: number,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array<ArrayBuffer>) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw new StoreError(
        "DAMAGED",
        `Cannot read the index "${
          shownUrl(url)
        }": expected a JSON object in UTF-8, found other bytes: correct or remove it; ${WITHOUT}`,
        { cause: error },
      );
    }
  };
  let text = "";
  let count = 0;
  for await (const chunk of uncompressed(content.chunks())) {
    count += chunk.length;
    if (count > most) {
      throw new StoreError(
        "DAMAGED",
        `Cannot read the index "${
          shownUrl(url)
        }": expected at most ${most} bytes, found more: make it shorter, or raise "maxIndexBytes"`,
      );
    }
    text += decode(chunk);
  }
  return text + decode();
}

/** A file in gzip is one, though the server does not say so. */
async function* uncompressed(chunks: ByteChunks): ByteChunks {
  // The first chunk may have one byte only.
  const first: number[] = [];
  while (first.length < 2) {
    const { value } = await chunks.next();
    if (value === undefined) break;
    for (const byte of value) first.push(byte);
  }
  const begin = Uint8Array.from(first);
  const all = async function* (): ByteChunks {
    yield begin;
    yield* chunks;
  };
  yield* isGzip(begin) ? decoded(all(), ["gzip"]) : all();
}

function parseIndex(
  text: string,
  url: string,
  { headers }: Response,
): ReadonlyMap<string, Metadata> {
  try {
    return new Map(
      Object.entries(copyMetadata(parseExactJson(text, "index")))
        .map(([key, metadata]) => [key, copyMetadata(metadata)]),
    );
  } catch (error) {
    const found = error instanceof RangeError ? error.message : undefined;
    const isPage = /\bhtml\b/i.test(headers.get("Content-Type") ?? "");
    throw new StoreError(
      "DAMAGED",
      `Cannot read the index "${
        shownUrl(url)
      }": expected a JSON object of all keys with their metadata, found ${
        found ?? (isPage ? "a web page" : "something else")
      }: correct or remove it; ${WITHOUT}`,
      { cause: error },
    );
  }
}
