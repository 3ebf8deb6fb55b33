import { shownUrl, StallTimer, withShownUrls } from "../../internal/mod.ts";
import { StoreError } from "../core/mod.ts";
import {
  type ByteChunks,
  contentCodings,
  decoded,
  DECODES_BY_ITSELF,
} from "./content_coding.ts";
import type { Retries } from "./retries.ts";

/** Most bytes that are read at once. */
const CHUNK_BYTES = 65_536;

/** The connection was lost, or ended, before all bytes had come. */
export class LostContent extends StoreError {
  constructor(url: string, found: string, options?: ErrorOptions) {
    super(
      "HTTP",
      `Cannot read "${shownUrl(url)}": ${found}: try again`,
      options,
    );
  }
}

/** Asks and reads, and does so again when the connection is lost on the way. */
export async function unlessLost<T>(
  read: () => Promise<T>,
  retries: Retries,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof LostContent)) throw error;
      await retries.wait(error, undefined, signal);
    }
  }
}

/** The bytes of a response, without the codings in which they were sent. */
export interface UrlContent {
  /** Are the bytes sent in a coding? Then only the whole of them makes sense. */
  readonly isCoded: boolean;
  /** Bytes that are to come, if the response says that. */
  readonly length: number | undefined;
  /**
   * Reads the bytes as they come. A chunk is valid until the next one is asked
   * for. Fails with {@linkcode LostContent} when the connection is lost.
   */
  chunks(): ByteChunks;
  /** Lets go of the response. */
  cancel(): Promise<void>;
}

/**
 * Returns what comes with a successful response.
 *
 * @param timeout Milliseconds without a byte after which the connection is lost.
 * @throws {StoreError} If it is in a coding that is not known.
 */
export async function contentOf(
  url: string,
  response: Response,
  timeout: number,
): Promise<UrlContent> {
  const { body } = response;
  const codings = contentCodings(response, new URL(url).pathname);
  const cancel = async () => await body?.cancel();
  if (typeof codings !== "string") {
    const isCoded = codings.length > 0;
    const sent = () => sentChunks(url, body, timeout);
    return {
      isCoded,
      length: isCoded ? undefined : contentLength(response),
      chunks: () =>
        isCoded && !DECODES_BY_ITSELF ? undone(url, sent(), codings) : sent(),
      cancel,
    };
  }
  await cancel();
  throw new StoreError(
    "HTTP",
    `Cannot read "${
      shownUrl(url)
    }": expected it as it is, or in gzip, deflate or br, the server sends it in the Content-Encoding "${codings}": let the server send it as it is`,
  );
}

/** Returns the value of `Content-Length`, if there is one. */
export function contentLength({ headers }: Response): number | undefined {
  const length = headers.get("Content-Length");
  return length !== null && /^\d{1,15}$/.test(length)
    ? Number(length)
    : undefined;
}

async function* sentChunks(
  url: string,
  body: Response["body"],
  timeout: number,
): ByteChunks {
  if (!body) return;
  // A body of HTTP is a byte stream.
  const reader = body.getReader({ mode: "byob" });
  let buffer = new Uint8Array(CHUNK_BYTES);
  let isStalled = false;
  using stall = new StallTimer(timeout, () => {
    isStalled = true;
    // Ends the read as if the body had come to its end.
    reader.cancel().catch(() => {});
  });
  try {
    for (;;) {
      // The reader's own time does not count.
      stall.restart();
      const { done, value } = await reader.read(buffer);
      stall.stop();
      if (isStalled) {
        throw new TypeError(`nothing has come for ${timeout} milliseconds`);
      }
      if (done || !value) return;
      yield value;
      buffer = new Uint8Array(value.buffer);
    }
  } catch (error) {
    throw lostContent(url, error);
  } finally {
    // Does nothing when the body has come to its end.
    await reader.cancel().catch(() => {});
  }
}

function lostContent(url: string, error: unknown): LostContent {
  const { message } = error as Error;
  const found = `the connection was lost (${withShownUrls(message)})`;
  const cause = new TypeError(withShownUrls(message));
  return new LostContent(url, found, { cause });
}

async function* undone(
  url: string,
  chunks: ByteChunks,
  codings: Parameters<typeof decoded>[1],
): ByteChunks {
  try {
    yield* decoded(chunks, codings);
  } catch (error) {
    if (error instanceof LostContent) throw error;
    throw new StoreError(
      "HTTP",
      `Cannot read "${
        shownUrl(url)
      }": expected bytes in ${codings.join()}, as its Content-Encoding says, found others or an end too early: let the server send it as it is`,
      { cause: error },
    );
  }
}
