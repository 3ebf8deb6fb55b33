import {
  BytesPayloadType,
  Channel,
  type ColumnFields,
  ColumnsPayloadType,
  type Key,
  type PayloadType,
} from "../../tstorage/mod.ts";
import { positiveNumber, UsageError, wholeNumber } from "../command/mod.ts";
import { parseInteger, parseLong, parseTime } from "./cells.ts";

/** Options for the server to connect to, for `parseArgs`. */
export const SERVER_OPTIONS = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "2025" },
  timeout: { type: "string", default: "30" },
  tls: { type: "boolean", default: false },
  ca: { type: "string" },
} as const;

/** The help of {@linkcode SERVER_OPTIONS}. */
export const SERVER_HELP = `Server:
      --host HOST        Name or address (default: 127.0.0.1)
      --port PORT        Port (default: 2025)
      --timeout SECONDS  Give up after so long without an answer (default: 30)
      --tls              Speak TLS
      --ca FILE          Trust the certificates in FILE (PEM), implies --tls`;

/** Options for the range of keys, for `parseArgs`. */
export const RANGE_OPTIONS = {
  min: { type: "string", default: "" },
  max: { type: "string", default: "" },
} as const;

/** The help of {@linkcode RANGE_OPTIONS}. */
export const RANGE_HELP = `Range:
      --min CID,MID,MOID,CAP,ACQ  Lowest value of each part of the key
      --max CID,MID,MOID,CAP,ACQ  Each part of the key is below its value here
      A part that is left out, as in "--min 1,,,2024-01-01T00:00:00Z", has no
      limit. A negative value needs "=", as in --min=-5.`;

/** Connects to the server that {@linkcode SERVER_OPTIONS} name. */
export async function connect<T>(
  values: {
    readonly host: string;
    readonly port: string;
    readonly timeout: string;
    readonly tls: boolean;
    readonly ca?: string;
  },
  type: PayloadType<T>,
  signal: AbortSignal,
): Promise<Channel<T>> {
  const port = wholeNumber("--port", values.port, 65_535);
  const timeout = 1000 * positiveNumber("--timeout", values.timeout, 2 ** 20);
  const tls = values.ca === undefined
    ? values.tls
    : { caCerts: [await Deno.readTextFile(values.ca)] };
  const options = { timeout, tls, signal };
  return await Channel.open(values.host, port, type, options);
}

/** Returns the payload type for `--fields`. */
export function payloadType(
  fields: ColumnFields | undefined,
): PayloadType<unknown> {
  const type = fields === undefined
    ? new BytesPayloadType()
    : new ColumnsPayloadType(fields);
  return type as PayloadType<unknown>;
}

/** Reads the fields and their types from the text of `--fields`. */
export function parseFields(text?: string): ColumnFields | undefined {
  if (text === undefined) return undefined;
  const fields = text.split(",").map((field) => field.trim().split(":"));
  const names = fields.map(([name]) => name);
  for (const [i, [name, type, ...more]] of fields.entries()) {
    if (!name || !type || more.length > 0) {
      throw new UsageError(
        `"--fields" must be NAME:TYPE,..., found "${text}"`,
      );
    }
    if (names.indexOf(name) < i) {
      throw new UsageError(
        `"--fields" must have different names, found "${name}" twice`,
      );
    }
  }
  const byName = Object.fromEntries(fields) as ColumnFields;
  try {
    new ColumnsPayloadType(byName);
    return byName;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`--fields: ${error.message}`);
  }
}

/** Reads the parts of a key from `--min` or `--max`; others are those of `rest`. */
export function parseBound(name: string, text: string, rest: Key): Key {
  const parts = text.split(",").map((part) => part.trim());
  const [cid = "", mid = "", moid = "", cap = "", acq = ""] = parts;
  try {
    if (parts.length > 5) throw new TypeError("There are five parts");
    return rest.with({
      ...(cid && { cid: parseInteger("cid", cid) }),
      ...(mid && { mid: parseLong("mid", mid) }),
      ...(moid && { moid: parseInteger("moid", moid) }),
      ...(cap && { cap: parseTime("cap", cap) }),
      ...(acq && { acq: parseTime("acq", acq) }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read ${name} "${text}": ${reason}`);
  }
}
