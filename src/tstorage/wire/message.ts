import { viewOf, WHOLE_KEY } from "../data/mod.ts";

/** The requests of the protocol, by the number that opens their header. */
export const REQUESTS = { GET: 1, PUT: 5, PUTA: 6, GETACQ: 7 } as const;

/** A request's number: 1 GET, 5 PUT, 6 PUTA, 7 GETACQ. */
export type RequestType = typeof REQUESTS[keyof typeof REQUESTS];

/** Whether the number that opens a header is that of a request. */
export function isRequestType(code: number): code is RequestType {
  return Object.values<number>(REQUESTS).includes(code);
}

/** Bytes of a 64-bit integer, as of a header's size and body. */
export const INTEGER_BYTES = 8;

/** The offset of the size in a header, behind the code. */
const SIZE_AT = 4;

/** Bytes of a header: a request's type or an answer's status, and a size. */
export const HEADER_BYTES: number = SIZE_AT + INTEGER_BYTES;

/** Bytes of the two keys that GET and GETACQ send. */
export const KEY_RANGE_BYTES: number = 2 * WHOLE_KEY.size;

/** The largest payload of a record. */
export const MAX_PAYLOAD_BYTES = 32 * 2 ** 20;

/** The header of a request or an answer. */
export interface Header {
  /** The type of a request, or the status of an answer: 0 is success. */
  readonly code: number;
  /** Bytes that belong to the header, exact up to 2⁵³. */
  readonly size: number;
}

/** Reads a header, all of whose bytes are there. */
export function decodeHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  return {
    code: view.getInt32(0, true),
    size: Number(view.getBigUint64(SIZE_AT, true)),
  };
}

/** Writes a header, and the 64-bit integers of its body. */
export function encodeHeader(code: number, ...body: bigint[]): Uint8Array {
  const bodyBytes = INTEGER_BYTES * body.length;
  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes);
  const view = viewOf(bytes);
  writeHeader(view, { code, size: bodyBytes });
  for (const [i, value] of body.entries()) {
    view.setBigInt64(HEADER_BYTES + INTEGER_BYTES * i, value, true);
  }
  return bytes;
}

/** Writes a header at the start of the bytes. */
export function writeHeader(view: DataView, { code, size }: Header): void {
  view.setInt32(0, code, true);
  view.setBigUint64(SIZE_AT, BigInt(size), true);
}
