import { StoreError } from "../core/mod.ts";
import { contentCodings } from "./content_coding.ts";
import { contentByteRange } from "./content_range.ts";
import { Retries } from "./retries.ts";
import {
  contentLength,
  contentOf,
  unlessLost,
  type UrlContent,
} from "./url_content.ts";
import { missing, request, tryRequest, type UrlSource } from "./url_request.ts";

/** A body of so many bytes is read to its end, to go on with the connection. */
const SMALL_BYTES = 65_536;

/** What a server says of a file before it is read. */
export interface UrlDescription {
  readonly size: number;
  /** Is it sent in a coding? Then a range of it cannot be asked for. */
  readonly isCoded: boolean;
  /** Did only HEAD say all this? */
  readonly isByHead: boolean;
  /** Headers that change when the bytes at the URL change. */
  readonly tags: Headers;
}

/**
 * Asks a server for a file: first with HEAD, which some servers refuse, answer
 * without a length, or answer wrongly. All that it does not say without doubt is
 * asked with GET.
 *
 * @returns Nothing if there is none.
 */
export async function describe(
  url: string,
  source: UrlSource,
  signal: AbortSignal | undefined,
): Promise<UrlDescription | undefined> {
  using _connection = await source.connections.take(signal);
  const retries = new Retries(source.retries);
  const options = { signal, retries };
  if (source.isHeadTrue) {
    const head = await tryRequest(url, source, { ...options, method: "HEAD" })
      .catch((error) => {
        // The server may hang up at HEAD alone. If not, GET has the error, too.
        if (!(error instanceof StoreError) || signal?.aborted) throw error;
        return undefined;
      });
    const size = head && sizeByHead(head, url);
    await head?.body?.cancel();
    if (head && size) {
      return { size, isCoded: false, isByHead: true, tags: head.headers };
    }
  }
  const byGet = () => describeByGet(url, source, options);
  return await unlessLost(byGet, retries, signal);
}

type Options = { readonly signal?: AbortSignal; readonly retries: Retries };

/** The size, if there is no doubt: not that of an empty file. */
function sizeByHead(head: Response, url: string): number | undefined {
  const codings = contentCodings(head, new URL(url).pathname);
  return head.status === 200 && codings.length === 0
    ? contentLength(head)
    : undefined;
}

/** Asks for the first byte: the answer has the size, or it is the whole file. */
async function describeByGet(
  url: string,
  source: UrlSource,
  options: Options,
): Promise<UrlDescription | undefined> {
  const headers = { Range: "bytes=0-0" };
  const first = await request(url, source, { ...options, headers });
  if (first.status === 200) return await describeWhole(url, source, first);
  const { status, headers: tags } = first;
  if (status !== 206 && status !== 416) return await missing(url, first);
  const { isCoded, cancel } = await contentOf(url, first, source.timeout);
  await cancel();
  const range = contentByteRange(first);
  const size = range?.total;
  // To a range, an empty file has 416 as the answer; any other has its byte.
  if (size !== undefined && (size === 0) === (status === 416) && !isCoded) {
    return { size, isCoded, isByHead: false, tags };
  }
  const whole = await request(url, source, options);
  return await describeWhole(url, source, whole);
}

async function describeWhole(
  url: string,
  { timeout }: UrlSource,
  response: Response,
): Promise<UrlDescription | undefined> {
  const { status, headers: tags } = response;
  if (status !== 200) return await missing(url, response);
  const content = await contentOf(url, response, timeout);
  const { isCoded, length = await count(content) } = content;
  if (content.length !== undefined) {
    if (length <= SMALL_BYTES) await count(content);
    else await content.cancel();
  }
  return { size: length, isCoded, isByHead: false, tags };
}

async function count(content: UrlContent): Promise<number> {
  let count = 0;
  for await (const { length } of content.chunks()) count += length;
  return count;
}
