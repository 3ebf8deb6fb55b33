import {
  allowed,
  asynchronousForm,
  type Call,
  type Finder,
  type Found,
  type Plan,
  planned,
  synchronousForm,
} from "../interpose/mod.ts";
import { askBeforeOpening, LOOK } from "../operations/mod.ts";
import { CapioError, type Operation } from "../platform/mod.ts";
import {
  isFunction,
  type NodeForms,
  type NodeFs,
  type OriginalFs,
  PROMISIFIED,
} from "./forms/mod.ts";

/**
 * `fs.exists`, the one function whose callback gets no error. The promise form
 * is that of `util.promisify`.
 */
export function existsForms(
  _name: string,
  { find, original }: NodeFs,
): NodeForms {
  const { exists, existsSync } = original.functions;
  const plan = existsPlan(find, original);
  const promised = Reflect.get(exists, PROMISIFIED) as Call;
  return {
    callback: existsForm(plan, exists),
    synchronous: synchronousForm(plan, existsSync),
    promise: asynchronousForm(plan, promised),
  };
}

/**
 * Plans a `stat` that tells whether it succeeds. `access` would need permission
 * to ask for the user.
 */
function existsPlan(find: Finder, original: OriginalFs): Plan {
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
    yield* askBeforeOpening(workspace, place, look);
    return true;
  } catch (error) {
    // Otherwise the answer would be wrong, and not only late.
    if (error instanceof CapioError) throw error;
    return false;
  }
}

function existsForm(plan: Plan, original: Call): Call {
  return (...args) => {
    const callback = args.at(-1);
    const it = isFunction(callback) ? plan(args) : undefined;
    if (!it || !isFunction(callback)) return original(...args);
    it.workspace.run(it.operation())
      .then((found) => queueMicrotask(() => callback(found)));
  };
}
