import { Key } from "../../tstorage/mod.ts";
import {
  parseBound,
  RANGE_HELP,
  RANGE_OPTIONS,
  SERVER_HELP,
  SERVER_OPTIONS,
} from "./arguments.ts";

/** Options of a query for a range of keys, for `parseArgs`. */
export const QUERY_OPTIONS = {
  ...SERVER_OPTIONS,
  ...RANGE_OPTIONS,
  iso: { type: "boolean", default: false },
} as const;

/** The help of {@linkcode QUERY_OPTIONS}, without `--iso`. */
export const QUERY_HELP = `${RANGE_HELP}

${SERVER_HELP}`;

/** Returns the first key of a query, and the one that its keys are below. */
export function keyRange(
  { min, max }: { readonly min: string; readonly max: string },
): [min: Key, max: Key] {
  return [
    parseBound("--min", min, Key.MIN),
    parseBound("--max", max, Key.MAX),
  ];
}
