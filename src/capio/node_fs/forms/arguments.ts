import type { Call, OptionsArgument } from "../../interpose/mod.ts";
import { textOfPath } from "./path_argument.ts";
import { isPathEncoding } from "./path_encoding.ts";

/** What the arguments of a function of `node:fs` are. */
export interface ArgumentShape {
  /** How many of them, at the beginning, are paths; one by default. */
  readonly paths?: number;
  /** How many of those after the paths must be there; none by default. */
  readonly required?: number;
  /** Index of the data to write, which may be any text. */
  readonly data?: number;
  /** Index of the flags, which are checked with the path. */
  readonly flags?: number;
  readonly options?: OptionsArgument;
  /** Returns whether any other argument is certainly taken. */
  readonly isUsual?: (value: unknown) => boolean;
}

const ENCODING: ArgumentShape = { options: { at: 1, names: ["encoding"] } };
const STAT: ArgumentShape = {
  options: { at: 1, names: ["bigint", "throwIfNoEntry", "signal"] },
};
const WRITE: ArgumentShape = {
  required: 1,
  data: 1,
  options: {
    at: 2,
    names: ["encoding", "mode", "flag", "flush", "signal"],
  },
};
const OWNERS: ArgumentShape = {
  required: 2,
  isUsual: (value) => isWhole(value, 0x7fffffff),
};
const TIMES: ArgumentShape = { required: 2, isUsual: isTime };

/** Functions with more than one path, or with other arguments. */
const SHAPES: Readonly<Record<string, ArgumentShape>> = {
  access: { isUsual: (value) => isWhole(value, 7) },
  appendFile: WRITE,
  chmod: { required: 1 },
  chown: OWNERS,
  copyFile: { paths: 2, isUsual: (value) => isWhole(value, 7) },
  cp: { paths: 2, isUsual: () => true },
  fstat: { ...STAT, paths: 0, isUsual: () => true },
  glob: { paths: 0, isUsual: () => true },
  lchown: OWNERS,
  link: { paths: 2 },
  lstat: STAT,
  lutimes: TIMES,
  mkdir: { options: { at: 1, names: ["recursive", "mode"] } },
  mkdtemp: ENCODING,
  open: { flags: 1 },
  readFile: { options: { at: 1, names: ["encoding", "flag", "signal"] } },
  readdir: {
    options: { at: 1, names: ["encoding", "withFileTypes", "recursive"] },
  },
  readlink: ENCODING,
  realpath: ENCODING,
  rename: { paths: 2 },
  rm: {
    options: {
      at: 1,
      names: ["force", "maxRetries", "recursive", "retryDelay"],
    },
  },
  rmdir: {
    options: { at: 1, names: ["maxRetries", "recursive", "retryDelay"] },
  },
  stat: STAT,
  symlink: { paths: 2 },
  truncate: { isUsual: (value) => isWhole(value, Number.MAX_SAFE_INTEGER) },
  utimes: TIMES,
  writeFile: WRITE,
};

/** Returns what the arguments of a function are. */
export function argumentShape(name: string): ArgumentShape {
  return SHAPES[name] ?? {};
}

/**
 * Throws what a function with a callback throws before it does anything. What
 * is refused later goes to the callback.
 *
 * @param nowhere A path at which nothing can be, nor be made.
 */
export function refuseAtOnce(
  original: Call,
  args: readonly unknown[],
  shape: ArgumentShape,
  nowhere: string,
): void {
  const { paths = 1, required = 0 } = shape;
  // Most calls have nothing that needs a check.
  const isUsual = args.length >= paths + required &&
    args.every((it, index) => isUsualArgument(it, index, shape));
  if (isUsual) return;
  const checked = args.map((it, index) =>
    index < paths && isFound(it, shape) ? nowhere : it
  );
  original(...checked, () => {});
}

/**
 * Returns whether a file was found by an argument: certainly by the only one. It
 * may be an open file, which a call must not read from.
 */
function isFound(value: unknown, { paths = 1 }: ArgumentShape): boolean {
  return paths === 1 || textOfPath(value) !== undefined;
}

/** Returns whether an original certainly takes an argument. */
function isUsualArgument(
  value: unknown,
  index: number,
  shape: ArgumentShape,
): boolean {
  const { paths = 1, required = 0, data, flags, options } = shape;
  const { isUsual = isMode } = shape;
  if (index < paths) return isFound(value, shape);
  if (value === undefined) return index >= paths + required;
  if (index === flags) return ["string", "number"].includes(typeof value);
  if (index === data) {
    return typeof value === "string" || ArrayBuffer.isView(value);
  }
  if (index !== options?.at) return isUsual(value);
  if (typeof value === "string") return isUsualEncoding(value, data);
  if (typeof value !== "object" || value === null) return isMode(value);
  return Object.entries(value).every(([name, it]) =>
    name === "encoding" ? isUsualEncoding(it, data) : isUsualOption(name, it)
  );
}

/** Data has no encoding "buffer". */
function isUsualEncoding(value: unknown, data: number | undefined): boolean {
  return isPathEncoding(value) && (data === undefined || value !== "buffer");
}

function isUsualOption(name: string, value: unknown): boolean {
  switch (name) {
    case "flag":
      return true;
    case "mode":
    case "maxRetries":
    case "retryDelay":
      return isMode(value);
    default:
      return typeof value === "boolean" || value instanceof AbortSignal;
  }
}

function isMode(value: unknown): boolean {
  return isWhole(value, 0o7777);
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

function isTime(value: unknown): boolean {
  return value instanceof Date || Number.isFinite(value);
}
