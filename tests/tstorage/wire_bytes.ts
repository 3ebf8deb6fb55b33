/** Bytes from hexadecimal digits; white space may stand anywhere. */
export function hex(...parts: string[]): Uint8Array {
  return Uint8Array.fromHex(parts.join("").replaceAll(/\s/g, ""));
}

/** Arrays one after another. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

// What follows is written out from the protocol, not made by the codec.

/** Key (1, 2, 3, 4, 5) on the wire. */
export const KEY_12345 = "01000000 0200000000000000 03000000" +
  "0400000000000000 0500000000000000";

/** Key (7, -1, -2, -3, -4) on the wire. */
export const KEY_7 = "07000000 ffffffffffffffff feffffff" +
  "fdffffffffffffff fcffffffffffffff";

/** The header of an answer: success, no body. */
export const OK_HEADER = "00000000 0000000000000000";

/** The header of an answer: error, no body. */
export const ERROR_HEADER = "ffffffff 0000000000000000";

/** A GET's answer: two records with the int32 payloads 10 and 11, acq 99. */
export const GET_REPLY: Uint8Array = hex(
  OK_HEADER,
  "24000000" + KEY_12345 + "0a000000",
  "24000000" + KEY_7 + "0b000000",
  "00000000",
  "00000000 0800000000000000 6300000000000000",
);

/** A GET's answer without records, acq 99. */
export const EMPTY_REPLY: Uint8Array = hex(
  OK_HEADER,
  "00000000",
  "00000000 0800000000000000 6300000000000000",
);

/** A PUT's answer: stored with acquisition times 5 to 6. */
export const PUT_REPLY: Uint8Array = hex(
  "00000000 1000000000000000 0500000000000000 0600000000000000",
);

/** A GETACQ's answer: 99. */
export const ACQ_REPLY: Uint8Array = hex(
  "00000000 0800000000000000 6300000000000000",
);
