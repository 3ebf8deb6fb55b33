import type { FileHandle } from "node:fs/promises";
import type { Opener } from "../../operations/mod.ts";
import { atOnce } from "../../platform/mod.ts";
import { adjustedFlags, type OriginalFs } from "../forms/mod.ts";

/** Opens descriptors with the flags of a call and the arguments after them. */
export function descriptorOpener(
  original: OriginalFs,
  flags: unknown,
  rest: readonly unknown[],
): Opener<number> {
  const { openSync, closeSync, ftruncateSync } = original.functions;
  const argumentsFor = (location: string, options: Deno.OpenOptions) => [
    location,
    adjustedFlags(flags, options, original.bits),
    ...rest,
  ];
  const openNow = (location: string, options: Deno.OpenOptions) =>
    openSync(...argumentsFor(location, options)) as number;
  return {
    open: (...args) => atOnce(() => openNow(...args)),
    openNow,
    close: (fd) => void closeSync(fd),
    truncate: (fd) => void ftruncateSync(fd),
    identify: (fd) => original.identify(fd),
  };
}

/**
 * Opens handles. Node has no synchronous call for that, so what is opened with
 * the publication lock is a descriptor.
 */
export function handleOpener(
  original: OriginalFs,
  flags: unknown,
  rest: readonly unknown[],
): Opener<FileHandle | number> {
  const { openNow, close, truncate, identify } = descriptorOpener(
    original,
    flags,
    rest,
  );
  return {
    open: (location, options) =>
      original.call(
        "open",
        location,
        adjustedFlags(flags, options, original.bits),
        ...rest,
      ),
    openNow,
    close(held) {
      if (typeof held === "number") close(held);
      else held.close();
    },
    truncate: (held) => truncate(descriptorOf(held)),
    identify: (held) => identify(descriptorOf(held)),
  };
}

function descriptorOf(held: FileHandle | number): number {
  return typeof held === "number" ? held : held.fd;
}
