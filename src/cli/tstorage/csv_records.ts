import {
  type ColumnFields,
  fromUnixNs,
  Key,
  type Record,
  TStorageDateTime,
} from "../../tstorage/mod.ts";

/** How the lines of a CSV file and records correspond. */
export interface CsvFormat {
  /** The fields of the payload; without them it is one hexadecimal cell. */
  readonly fields: ColumnFields | undefined;
  /** Whether there is a column `acq`. */
  readonly withAcq: boolean;
}

/** The line that names the columns. */
export function csvHeader({ fields, withAcq }: CsvFormat): string {
  const names = fields === undefined ? ["payload"] : Object.keys(fields);
  const key = ["cid", "mid", "moid", "cap", ...withAcq ? ["acq"] : []];
  return [...key, ...names].join();
}

/**
 * The format of a file that starts with `line`, be it names of columns or
 * already a record.
 *
 * @throws {SyntaxError} If the line has neither as many cells nor the names.
 */
export function csvFormat(
  line: string,
  fields: ColumnFields | undefined,
): CsvFormat & { readonly hasHeader: boolean } {
  const formats = [{ fields, withAcq: false }, { fields, withAcq: true }];
  const cells = line.split(",");
  const hasHeader = cells[0].trim() === "cid";
  const format = formats.find((format) =>
    hasHeader
      ? csvHeader(format) === cells.map((cell) => cell.trim()).join()
      : csvHeader(format).split(",").length === cells.length
  );
  if (format) return { ...format, hasHeader };
  const [without, withAcq] = formats.map(csvHeader);
  throw new SyntaxError(
    `expected the columns "${without}" or "${withAcq}", found "${line}"`,
  );
}

/**
 * Reads a line as a record.
 *
 * @throws {SyntaxError} If a cell is malformed or missing.
 */
export function parseCsvRecord(
  line: string,
  format: CsvFormat,
): Record<unknown> {
  const cells = line.split(",").map((cell) => cell.trim());
  const names = csvHeader(format).split(",");
  if (cells.length !== names.length) {
    throw new SyntaxError(
      `expected ${names.length} cells, found ${cells.length}`,
    );
  }
  const [cid, mid, moid, cap, ...rest] = cells;
  const acq = format.withAcq ? rest.shift() ?? "" : undefined;
  try {
    const key = new Key(
      Number(cid || NaN),
      BigInt(mid || "none"),
      Number(moid || NaN),
      parseTime(cap),
      acq === undefined ? undefined : parseTime(acq),
    );
    if (!key.valid) throw new RangeError(`cid is ${cid}, less than 0`);
    return { key, value: parsePayload(rest, format.fields) };
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : `${error}`);
  }
}

/** Writes a record as a line; `iso` writes times for people. */
export function formatCsvRecord(
  { key, value }: Record<unknown>,
  { fields, withAcq }: CsvFormat,
  iso: boolean,
): string {
  const time = iso ? formatTime : String;
  const payload = fields === undefined
    ? [(value as Uint8Array).toHex()]
    : Object.keys(fields).map((name) =>
      (value as { readonly [name: string]: number | bigint })[name]
    );
  return [
    key.cid,
    key.mid,
    key.moid,
    time(key.cap),
    ...withAcq ? [time(key.acq)] : [],
    ...payload,
  ].join();
}

/**
 * Reads a time: TStorage nanoseconds, or a point in time as in ISO 8601.
 *
 * @throws {SyntaxError | RangeError} If it is neither.
 */
export function parseTime(text: string): bigint {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text);
  return fromUnixNs(Temporal.Instant.from(text).epochNanoseconds);
}

/** Writes TStorage nanoseconds as a point in time as in ISO 8601. */
export function formatTime(nanoseconds: bigint): string {
  const unixNs = TStorageDateTime.fromTStorageNs(nanoseconds).toUnixNs();
  return new Temporal.Instant(unixNs).toString();
}

function parsePayload(
  cells: readonly string[],
  fields: ColumnFields | undefined,
): unknown {
  if (fields === undefined) return Uint8Array.fromHex(cells[0]);
  return Object.fromEntries(
    Object.entries(fields).map(([name, type], i) => {
      const wide = type === "i64" || type === "u64";
      const number = wide ? BigInt(cells[i]) : Number(cells[i] || "none");
      if (Number.isNaN(number) && cells[i] !== "NaN") {
        throw new SyntaxError(`${name} is "${cells[i]}", not a number`);
      }
      return [name, number];
    }),
  );
}
