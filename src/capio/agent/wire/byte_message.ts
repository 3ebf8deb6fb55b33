/** A request for bytes of a file. */
export interface ByteRequest {
  /** The number of the file at its home. */
  readonly file: number;
  readonly offset: number;
  /** The most bytes of the answer. */
  readonly most: number;
}

/** The most bytes of an answer. */
export const MOST_BYTES = 256 * 1024;

/** What the first byte of an answer says. */
const KINDS = { bytes: 0, nothing: 1, gone: 2 } as const;

/** An answer to a {@linkcode ByteRequest}. */
export type ByteAnswer =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** There is nothing more so far, or the file ends there. */
  | { readonly type: "nothing" }
  /** The home does not have the bytes any more. */
  | { readonly type: "gone"; readonly why: string };

/** Encodes a request. */
export function encodeRequest(request: ByteRequest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

/** Decodes a request; `undefined` if it is none. */
export function decodeRequest(bytes: Uint8Array): ByteRequest | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    const { file, offset, most } = value;
    const isGood = [file, offset, most].every((it) =>
      Number.isSafeInteger(it) && it >= 0
    );
    return isGood ? { file, offset, most } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes room for an answer with bytes: these go behind its first byte, which is
 * already right.
 */
export function newAnswer(most: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(1 + Math.min(most, MOST_BYTES));
}

/** Encodes an answer without bytes. */
export function encodeAnswer(
  answer: Exclude<ByteAnswer, { type: "bytes" }>,
): Uint8Array {
  switch (answer.type) {
    case "nothing":
      return new Uint8Array([KINDS.nothing]);
    case "gone":
      return new Uint8Array([
        KINDS.gone,
        ...new TextEncoder().encode(answer.why),
      ]);
  }
}

/** Decodes an answer; what this version does not know is nothing. */
export function decodeAnswer(answer: Uint8Array): ByteAnswer {
  const bytes = answer.subarray(1);
  switch (answer[0]) {
    case KINDS.bytes:
      return { type: "bytes", bytes };
    case KINDS.gone:
      return { type: "gone", why: new TextDecoder().decode(bytes) };
    default:
      return { type: "nothing" };
  }
}
