/** The bytes of a partial answer, and of how many they are a part. */
export interface ContentByteRange {
  /** Index of the first byte. */
  readonly first: number;
  /** Index behind the last byte. */
  readonly end: number;
  /** Bytes of the whole file, if the server knows. */
  readonly total: number | undefined;
}

/** Reads the header `Content-Range`; nothing if it makes no sense. */
export function contentByteRange(
  { headers }: Response,
): ContentByteRange | undefined {
  const text = headers.get("Content-Range") ?? "";
  const [, range, first, last, size] =
    /^\s*bytes\s+((\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)\s*$/i.exec(text) ??
      [];
  if (range === undefined) return undefined;
  const total = size === "*" ? undefined : Number(size);
  if (range === "*") return { first: 0, end: 0, total };
  const end = Number(last) + 1;
  const isRange = Number(first) < end && end <= (total ?? Infinity);
  return isRange ? { first: Number(first), end, total } : undefined;
}
