import { call, type Operation } from "../effects.ts";
import type { End } from "./end.ts";
import { untilWhole, writeAtOnce } from "./contents.ts";
import { atLocation } from "./translate.ts";

/** How one file is copied to another, which may have been made for it. */
export type Copy = (
  source: string | URL,
  target: string | URL,
  isCreated: boolean,
) => Operation<void>;

/** `Deno.copyFile`: waits until the source is whole. */
export function copyFile(from: End, to: End): Operation<void> {
  const opening = { write: true, create: true, truncate: true };
  return copyWith(from, to, opening, callCopyFile);
}

/** Copies with `copy` what `from` is once it is whole. */
export function* copyWith(
  from: End,
  to: End,
  opening: Deno.OpenOptions,
  copy: Copy,
): Operation<void> {
  if ("outside" in from) return yield* copyTo(to, from.outside, opening, copy);
  yield* untilWhole(from.workspace, from.place);
  yield* atLocation(
    from.workspace,
    from.place,
    (source) => copyTo(to, source, opening, copy),
  );
}

function callCopyFile(
  source: string | URL,
  target: string | URL,
): Operation<void> {
  return call("copyFile", source, target);
}

function* copyTo(
  to: End,
  source: string | URL,
  opening: Deno.OpenOptions,
  copy: Copy,
): Operation<void> {
  if ("outside" in to) return yield* copy(source, to.outside, false);
  yield* writeAtOnce(
    to.workspace,
    to.place,
    opening,
    (location, isCreated) => copy(source, location, isCreated),
  );
}
