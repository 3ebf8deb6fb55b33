import {
  allowed,
  type Call,
  type Finder,
  type Found,
  type Plan,
  planned,
  type Replacement,
} from "../interpose/deno_calls.ts";
import type { Operation } from "../platform/effects.ts";
import { LOOK } from "../operations/access.ts";
import { lookAt } from "../operations/stat.ts";
import { isFunction } from "./forms.ts";
import type { OriginalFs } from "./original_fs.ts";

/**
 * Plans `fs.exists`: whether `fs.stat` does not fail. `fs.access` would need
 * permission to ask for the user.
 */
export function existsPlan(find: Finder, original: OriginalFs): Plan {
  return ([path]) =>
    planned(
      allowed(find(path, true), LOOK),
      (found) => isThere(found, original),
    );
}

function* isThere(
  { workspace, place }: Found,
  original: OriginalFs,
): Operation<boolean> {
  try {
    const look = (location: string) => original.call("stat", location);
    yield* lookAt(workspace, place, look);
    return true;
  } catch {
    return false;
  }
}

/** The one function of `node:fs` whose callback gets no error. */
export function existsForm(plan: Plan, original: Call): Replacement {
  return {
    name: "exists",
    call(...args) {
      const callback = args.at(-1);
      const it = isFunction(callback) ? plan(args) : undefined;
      if (!it || !isFunction(callback)) return original(...args);
      it.workspace.run(it.operation())
        .then((found) => queueMicrotask(() => callback(found)));
    },
  };
}
