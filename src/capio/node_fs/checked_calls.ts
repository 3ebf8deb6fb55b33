import {
  allowed,
  asynchronousForm,
  bypass,
  type Call,
  type Finder,
  type Plan,
  planned,
} from "../interpose/mod.ts";
import {
  checkCopying,
  type Endpoint,
  LOOK,
  READ,
  readWhole,
} from "../operations/mod.ts";
import { act, type Operation } from "../platform/mod.ts";
import type { NodeForms, NodeFs } from "./node_forms.ts";

/**
 * Functions that work on the real tree, as they do outside of a context, and
 * that a path must not use to get around a flag or the graph: what they get is
 * checked as all others are.
 */
export function checkedForms(
  name: string,
  { find, original }: NodeFs,
): NodeForms {
  const { functions, promises } = original;
  const check = (path: unknown) => void allowed(find(path, true), LOOK);
  const checked = (fn: Call | undefined): Call | undefined =>
    fn && ((path, ...rest) => {
      check(path);
      return fn(path, ...rest);
    });
  return {
    callback: checked(functions[name]),
    synchronous: checked(functions[`${name}Sync`]),
    promise: checked(promises[name]),
  };
}

/** The plan of `cp`, which leaves the copying to the original. */
export function checkedCopyPlan(_: string, find: Finder): Plan {
  return ([from, to]) => {
    const source = find(from, true);
    const target = find(to, true);
    if (source || target) {
      checkCopying(endpoint(source, from), endpoint(target, to));
    }
    return undefined;
  };
}

/** `openAsBlob`, which has no other form: waits until the file is complete. */
export function blobForms(
  name: string,
  { find, original }: NodeFs,
): NodeForms {
  const open = original.functions[name];
  const plan: Plan = ([path, options]) =>
    planned(
      allowed(find(path, true), READ),
      function* ({ workspace, place }) {
        const read = (location: string) => opened(open, location, options);
        return (yield* readWhole(workspace, place, read)).blob;
      },
    );
  return { callback: asynchronousForm(plan, open) };
}

interface Opened {
  readonly blob: Blob;
  readonly length: number;
}

function opened(
  open: Call,
  location: string,
  options: unknown,
): Operation<Opened> {
  return act(
    async () => {
      const blob = await bypass(() => open(location, options)) as Blob;
      return { blob, length: blob.size };
    },
    () => {
      throw new TypeError("A blob has no synchronous call");
    },
    { inSteps: true },
  );
}

function endpoint(found: Endpoint | undefined, path: unknown): Endpoint {
  return found ?? { outside: path as string | URL };
}
