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
import { act, isAbsence, type Operation } from "../platform/mod.ts";
import { copyTree, type CopyTreeOptions } from "./copy_tree.ts";
import {
  type NodeForms,
  type NodeFs,
  type OriginalFs,
  textOfPath,
} from "./forms/mod.ts";

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

/** The plan of `cp`, whose paths may lie inside and outside. */
export function copyTreePlan(
  _: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return ([from, to, options]) => {
    const source = find(from, true);
    const target = find(to, true);
    const { workspace } = source ?? target ?? {};
    if (!workspace) return undefined;
    checkCopying(endpoint(source, from), endpoint(target, to));
    const [fromText, toText] = [textOfPath(from), textOfPath(to)];
    if (fromText === undefined || toText === undefined) return undefined;
    checkOptions(original, options, `${workspace.folder.journal}/x`);
    return {
      workspace,
      operation: () =>
        copyTree(fromText, toText, (options ?? {}) as CopyTreeOptions),
    };
  };
}

/** Lets the original refuse options, for paths with which it does nothing. */
function checkOptions(
  { functions }: OriginalFs,
  options: unknown,
  nowhere: string,
): void {
  if (options === undefined) return;
  const isObject = typeof options === "object" && options !== null;
  const given = isObject ? { ...options, filter: undefined } : options;
  try {
    bypass(() => functions.cpSync(nowhere, nowhere, given));
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
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
