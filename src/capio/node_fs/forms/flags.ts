/** The bits of `fs.constants` for opening and copying files. */
export interface FlagBits {
  readonly O_RDONLY: number;
  readonly O_WRONLY: number;
  readonly O_RDWR: number;
  readonly O_CREAT: number;
  readonly O_EXCL: number;
  readonly O_TRUNC: number;
  readonly O_APPEND: number;
  readonly O_SYNC: number;
  /** Of `fs.copyFile`: the target must not exist. */
  readonly COPYFILE_EXCL: number;
}

/**
 * Returns flags of `fs.open` as options of `Deno.open`, `undefined` for flags
 * that `fs.open` is going to refuse.
 */
export function openOptionsOf(
  flags: unknown,
  bits: FlagBits,
): Deno.OpenOptions | undefined {
  if (typeof flags === "string") return optionsOfText(flags);
  if (typeof flags !== "number") return undefined;
  const access = flags & (bits.O_WRONLY | bits.O_RDWR);
  const creates = (flags & bits.O_CREAT) !== 0;
  const isExclusive = creates && (flags & bits.O_EXCL) !== 0;
  return {
    read: access !== bits.O_WRONLY,
    write: access !== bits.O_RDONLY,
    append: (flags & bits.O_APPEND) !== 0 && access !== bits.O_RDONLY,
    truncate: (flags & bits.O_TRUNC) !== 0,
    create: creates,
    createNew: isExclusive,
  };
}

/** Returns the options as flags of `fs.open`. */
export function flagsOf(options: Deno.OpenOptions, bits: FlagBits): number {
  const { read, write, append, truncate, create, createNew } = options;
  const writes = write || append;
  return (writes ? (read ? bits.O_RDWR : bits.O_WRONLY) : bits.O_RDONLY) |
    (append ? bits.O_APPEND : 0) |
    (truncate ? bits.O_TRUNC : 0) |
    (create || createNew ? bits.O_CREAT : 0) |
    (createNew ? bits.O_EXCL : 0);
}

/**
 * Returns flags of `fs.open`, those for creating and truncating a file replaced
 * by what `options` say.
 */
export function adjustedFlags(
  flags: unknown,
  options: Deno.OpenOptions,
  bits: FlagBits,
): number {
  const wanted = flagsOf(options, bits);
  if (typeof flags !== "number") {
    const isSynchronous = typeof flags === "string" && flags.includes("s");
    return wanted | (isSynchronous ? bits.O_SYNC : 0);
  }
  const replaced = bits.O_CREAT | bits.O_EXCL | bits.O_TRUNC;
  return flags & ~replaced | wanted & replaced;
}

function optionsOfText(flags: string): Deno.OpenOptions | undefined {
  // "s" asks for synchronous writes, which is left to the system.
  if (!/^(r|rs|sr|[wa]|[wa]x|x[wa]|as|sa)\+?$/.test(flags)) return undefined;
  const creates = !flags.includes("r");
  const both = flags.endsWith("+");
  return {
    read: both || !creates,
    write: both || creates,
    append: flags.includes("a"),
    truncate: flags.includes("w"),
    create: creates,
    createNew: flags.includes("x"),
  };
}
