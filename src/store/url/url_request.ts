import { StoreError } from "../core/store_error.ts";

/** Asks a server, and says which one if it is not there. */
export async function request(
  url: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new StoreError("HTTP", `Cannot reach "${url}": ${reason}`, {
      cause: error,
    });
  }
}

/** Whether the server says that there is nothing at the URL. */
export function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410;
}

/** What a server's answer of an error is told as. */
export function httpError(
  url: string,
  { status, statusText }: Response,
): StoreError {
  return new StoreError(
    "HTTP",
    `Cannot read "${url}": the server answered ${status} ${statusText}`,
  );
}
