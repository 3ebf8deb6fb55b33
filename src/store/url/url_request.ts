import { StoreError } from "../core/mod.ts";

/** Sends a request; the error of a server that is not there has its URL. */
export async function request(
  url: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new StoreError(
      "HTTP",
      `Cannot reach "${url}": ${reason}: check the URL and the server`,
      { cause: error },
    );
  }
}

/** Returns whether the server says that there is nothing at the URL. */
export function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410;
}

/** Makes the error of a server's answer that is no success. */
export function httpError(
  url: string,
  { status, statusText }: Response,
): StoreError {
  return new StoreError(
    "HTTP",
    `Cannot read "${url}": expected a success, the server answered ${status} ${statusText}: check the URL and the headers`,
  );
}
