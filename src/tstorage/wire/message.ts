/** The requests of the protocol, by the number that opens their header. */
export const REQUESTS = { GET: 1, PUT: 5, PUTA: 6, GETACQ: 7 } as const;

/** A request's number: 1 GET, 5 PUT, 6 PUTA, 7 GETACQ. */
export type RequestType = typeof REQUESTS[keyof typeof REQUESTS];

/** Bytes of a header: a request's type or an answer's status, and a size. */
export const HEADER_BYTES = 12;

/** Bytes of the two keys that GET and GETACQ send. */
export const KEY_RANGE_BYTES = 64;

/** Bytes of a whole key, as GET's records start. */
export const KEY_BYTES = 32;

/** Bytes of the key of a PUT record, without `cid` and `acq`. */
export const PUT_KEY_BYTES = 20;

/** Bytes of the key of a PUTA record, without `cid`. */
export const PUTA_KEY_BYTES = 28;

/** The largest payload of a record. */
export const MAX_PAYLOAD_BYTES = 32 * 2 ** 20;

/** What opens a request or an answer. */
export interface Header {
  /** A request's type, or an answer's status, 0 for success. */
  readonly code: number;
  /** Bytes that belong to the header, exact up to 2⁵³. */
  readonly size: number;
}

/** Reads a header; its 12 bytes are there. */
export function decodeHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  return {
    code: view.getInt32(0, true),
    size: Number(view.getBigUint64(4, true)),
  };
}

/** Writes a header, and the 64-bit integers of its body. */
export function encodeHeader(code: number, ...body: bigint[]): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 8 * body.length);
  const view = viewOf(bytes);
  view.setInt32(0, code, true);
  view.setBigUint64(4, BigInt(8 * body.length), true);
  for (const [i, value] of body.entries()) {
    view.setBigInt64(HEADER_BYTES + 8 * i, value, true);
  }
  return bytes;
}

/** A view of just these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
