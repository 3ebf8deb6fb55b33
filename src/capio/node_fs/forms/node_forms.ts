import {
  asynchronousForm,
  type Call,
  type Finder,
  type Plan,
  synchronousForm,
} from "../../interpose/mod.ts";
import { argumentShape } from "./arguments.ts";
import { callbackForm } from "./callback_form.ts";
import { planWithNodeErrors } from "./node_error.ts";
import type { OriginalFs } from "./original_fs.ts";

/** The forms in which Node has one function; where one is missing, `undefined`. */
export interface NodeForms {
  readonly callback?: Call;
  /** The form whose name ends in `Sync`. */
  readonly synchronous?: Call;
  /** The form of `node:fs/promises`. */
  readonly promise?: Call;
}

/** The finder and the originals that the replaced functions call. */
export interface NodeFs {
  readonly find: Finder;
  readonly original: OriginalFs;
  /** The same for the forms with a callback, whose errors differ. */
  readonly calledBack: OriginalFs;
}

/** Makes the plan of the function called `name`. */
export type NodePlan = (
  name: string,
  find: Finder,
  original: OriginalFs,
) => Plan;

/** Makes all forms of a function, which follow one plan. */
export function allForms(
  planFor: NodePlan,
): (name: string, fs: NodeFs) => NodeForms {
  return (name, { find, original, calledBack }) => {
    const { functions, promises } = original;
    const plan = planWithNodeErrors(name, planFor(name, find, original));
    const callbackPlan = planWithNodeErrors(
      name,
      planFor(name, find, calledBack),
    );
    const shape = argumentShape(name);
    const { options } = shape;
    return {
      callback: callbackForm(callbackPlan, functions[name], shape),
      synchronous: synchronousForm(plan, functions[`${name}Sync`], options),
      promise: asynchronousForm(plan, promises[name], options),
    };
  };
}
