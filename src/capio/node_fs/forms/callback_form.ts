import {
  type Call,
  type Plan,
  rejection,
  withPlainOptions,
} from "../../interpose/mod.ts";
import { type ArgumentShape, refuseAtOnce } from "./arguments.ts";

/** The property under which a function has its form for `util.promisify`. */
export const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

/** The form whose last argument is called with the result. */
export function callbackForm(
  plan: Plan,
  original: Call,
  shape: ArgumentShape,
): Call {
  return (...given) => {
    const args = withPlainOptions(given, shape.options);
    const callback = args.at(-1);
    if (!isFunction(callback)) return original(...args);
    const rest = args.slice(0, -1);
    let it: ReturnType<Plan>;
    try {
      it = plan(rest);
    } catch (error) {
      return callBack(rejection(error), callback);
    }
    if (!it) return original(...args);
    const { workspace, operation } = it;
    // Below a file.
    const nowhere = `${workspace.folder.journal}/x`;
    refuseAtOnce(original, rest, shape, nowhere);
    callBack(workspace.run(operation()), callback);
  };
}

/** Calls `callback` with the outcome of the promise, as Node does. */
function callBack(promise: Promise<unknown>, callback: Call): void {
  // In a microtask of its own, so that an error it throws is uncaught.
  promise.then(
    (result) =>
      queueMicrotask(() =>
        result === undefined ? callback(null) : callback(null, result)
      ),
    (error) => queueMicrotask(() => callback(error)),
  );
}

/** The properties that each function has of its own, or gets when it is put in. */
const USUAL: ReadonlySet<PropertyKey> = new Set([
  "length",
  "name",
  "prototype",
]);

/**
 * Gives a function the properties of its original, such as `realpath.native`.
 * Those that are functions themselves become `call` and `promised`.
 */
export function copyProperties(
  call: Call,
  original: Call,
  promised?: Call,
): void {
  const keys = Reflect.ownKeys(original).filter((key) => !USUAL.has(key));
  if (keys.length === 0) return;
  const inside: Record<PropertyKey, unknown> = {
    native: call,
    ...(promised && { [PROMISIFIED]: promised }),
  };
  for (const key of keys) {
    Object.defineProperty(call, key, {
      ...Object.getOwnPropertyDescriptor(original, key),
      ...(key in inside && { value: inside[key] }),
    });
  }
}

/** Returns whether a value is a function. */
export function isFunction(value: unknown): value is Call {
  return typeof value === "function";
}
