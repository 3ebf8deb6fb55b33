import { type ColumnFields, Key, type Record } from "../../tstorage/mod.ts";
import {
  formatField,
  formatTime,
  parseBytes,
  parseField,
  parseInteger,
  parseLong,
  parseTime,
  shortened,
} from "./cells.ts";

/** The columns of a CSV file of records. */
export interface CsvFormat {
  /** The fields of the payload; when absent it is one hexadecimal column. */
  readonly fields: ColumnFields | undefined;
  /** True when there is a column `acq`. */
  readonly withAcq: boolean;
}

/** Returns the line that names the columns. */
export function csvHeader({ fields, withAcq }: CsvFormat): string {
  const names = fields === undefined ? ["payload"] : Object.keys(fields);
  const key = ["cid", "mid", "moid", "cap", ...withAcq ? ["acq"] : []];
  return [...key, ...names].join();
}

/**
 * Returns the format of a file that starts with `line`, which has the names of
 * the columns or is a record. Only names tell that there is a column `acq`: one
 * cell more may be anything.
 *
 * @throws {SyntaxError} If the line has neither as many cells nor the names.
 */
function csvFormat(
  line: string,
  fields: ColumnFields | undefined,
): CsvFormat & { readonly hasHeader: boolean } {
  const formats: readonly CsvFormat[] = [
    { fields, withAcq: false },
    { fields, withAcq: true },
  ];
  const cells = line.split(",");
  const hasHeader = cells[0].trim() === "cid";
  const format = formats.find((format) =>
    hasHeader
      ? csvHeader(format) === cells.map((cell) => cell.trim()).join()
      : !format.withAcq && csvHeader(format).split(",").length === cells.length
  );
  if (format) return { ...format, hasHeader };
  const [without, withAcq] = formats.map(csvHeader);
  throw new SyntaxError(
    `Expected the columns "${without}", or a first line with these names or "${withAcq}", found "${
      shortened(line)
    }"`,
  );
}

/**
 * Reads a line as a record.
 *
 * @throws {SyntaxError} If a cell is malformed or missing.
 * @throws {RangeError} If a part of the key is out of its range.
 */
function parseCsvRecord(
  line: string,
  format: CsvFormat,
): Record<unknown> {
  const cells = line.split(",").map((cell) => cell.trim());
  const names = csvHeader(format).split(",");
  if (cells.length !== names.length) {
    throw new SyntaxError(
      `Expected ${names.length} cells, found ${cells.length}`,
    );
  }
  const [cid, mid, moid, cap, ...rest] = cells;
  const acq = format.withAcq ? rest.shift() ?? "" : undefined;
  const key = new Key(
    parseInteger("cid", cid),
    parseLong("mid", mid),
    parseInteger("moid", moid),
    parseTime("cap", cap),
    acq === undefined ? undefined : parseTime("acq", acq),
  );
  return { key, value: parsePayload(rest, format.fields) };
}

/** Reads the lines of a CSV file, the first of which may name the columns. */
export class CsvParser {
  readonly #fields: ColumnFields | undefined;
  #format: CsvFormat | undefined;

  /** @param fields The fields of the payload, see {@linkcode CsvFormat}. */
  constructor(fields: ColumnFields | undefined) {
    this.#fields = fields;
  }

  /** True when the lines have a column `acq`. */
  get withAcq(): boolean {
    return this.#format?.withAcq ?? false;
  }

  /**
   * Reads the next line.
   *
   * @returns Its record; `undefined` for names of columns and for empty lines.
   * @throws {SyntaxError} If the line is malformed.
   * @throws {RangeError} If a part of the key is out of its range.
   */
  parse(line: string): Record<unknown> | undefined {
    if (line.trim() === "") return undefined;
    if (this.#format !== undefined) return parseCsvRecord(line, this.#format);
    const format = csvFormat(line, this.#fields);
    this.#format = format;
    return format.hasHeader ? undefined : parseCsvRecord(line, format);
  }
}

/** Formats a record as a line; with `iso`, times are formatted for people. */
export function formatCsvRecord(
  { key, value }: Record<unknown>,
  { fields, withAcq }: CsvFormat,
  iso: boolean,
): string {
  const time = iso ? formatTime : String;
  const payload = fields === undefined
    ? [(value as Uint8Array).toHex()]
    : Object.keys(fields).map((name) =>
      formatField(
        (value as { readonly [name: string]: number | bigint })[name],
      )
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

function parsePayload(
  cells: readonly string[],
  fields: ColumnFields | undefined,
): unknown {
  if (fields === undefined) return parseBytes("payload", cells[0]);
  return Object.fromEntries(
    Object.entries(fields).map((
      [name, type],
      i,
    ) => [name, parseField(name, cells[i], type)]),
  );
}
