import { call, type Operation } from "../effects.ts";
import type { End } from "./end.ts";
import { untilWhole, writeAtOnce } from "./contents.ts";
import { atLocation } from "./translate.ts";

/** `Deno.copyFile`: waits until the source is whole. */
export function* copyFile(from: End, to: End): Operation<void> {
  if ("outside" in from) return yield* copyTo(to, from.outside);
  yield* untilWhole(from.workspace, from.place);
  yield* atLocation(
    from.workspace,
    from.place,
    (source) => copyTo(to, source),
  );
}

function* copyTo(
  to: End,
  source: string | URL,
): Operation<void> {
  if ("outside" in to) return yield* call("copyFile", source, to.outside);
  const opening = { write: true, create: true, truncate: true };
  yield* writeAtOnce(
    to.workspace,
    to.place,
    opening,
    (location) => call("copyFile", source, location),
  );
}
