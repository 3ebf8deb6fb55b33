import { StoreError } from "../core/mod.ts";
import { contentByteRange } from "./content_range.ts";
import { Retries } from "./retries.ts";
import { contentOf, type UrlContent } from "./url_content.ts";
import type { UrlDescription } from "./url_description.ts";
import { tryRequest, type UrlSource } from "./url_request.ts";

/** Bytes that are asked for together with what the server says of a file. */
const HEAD_BYTES = 65_536;

/** A file, and its bytes if they are few. */
export interface UrlHead {
  readonly description: UrlDescription;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Asks a server for the first bytes of a file with one GET: for a small file,
 * this is all that there is to ask.
 *
 * @returns Nothing if the answer leaves any doubt, or is no success: then the
 * server has to be asked for the file alone.
 */
export async function readHead(
  url: string,
  source: UrlSource,
  signal: AbortSignal | undefined,
): Promise<UrlHead | undefined> {
  using _connection = await source.connections.take(signal);
  try {
    const response = await tryRequest(url, source, {
      signal,
      retries: new Retries(source.retries),
      headers: { Range: `bytes=0-${HEAD_BYTES - 1}` },
    });
    if (response === undefined) return undefined;
    if (response.status !== 200 && response.status !== 206) {
      await response.body?.cancel();
      return undefined;
    }
    const content = await contentOf(url, response, source.timeout);
    const size = content.isCoded ? undefined : sizeOf(response, content);
    if (size === undefined) {
      await content.cancel();
      return undefined;
    }
    const { headers: tags } = response;
    const description = { size, isCoded: false, isByHead: false, tags };
    if (size <= HEAD_BYTES) {
      const bytes = await allBytes(content, size);
      return bytes && { description, bytes };
    }
    await content.cancel();
    return { description, bytes: undefined };
  } catch (error) {
    // A lost connection, for instance: asking again tells more of it.
    if (error instanceof StoreError && !signal?.aborted) return undefined;
    throw error;
  }
}

/** The size of the file, of which all or the first bytes come. */
function sizeOf(
  response: Response,
  { length }: UrlContent,
): number | undefined {
  if (response.status === 200) return length;
  const range = contentByteRange(response);
  if (range === undefined || range.first !== 0) return undefined;
  const { end, total } = range;
  if (total === undefined || end !== Math.min(total, HEAD_BYTES)) {
    return undefined;
  }
  return length === undefined || length === end ? total : undefined;
}

/** The bytes of the content, if they are as many as was said. */
async function allBytes(
  content: UrlContent,
  size: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(size);
  let length = 0;
  for await (const chunk of content.chunks()) {
    if (length + chunk.length > size) return undefined;
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return length === size ? bytes : undefined;
}
