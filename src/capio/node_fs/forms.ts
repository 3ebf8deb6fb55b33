import { begin, type Call, type Form } from "../interpose/deno_calls.ts";

/** Where a function has the form that `util.promisify` gives of it. */
export const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

/** Calls back. */
export const callbackForm: Form = (name, plan, original) => ({
  name,
  call(...args) {
    const callback = args.at(-1);
    if (!isFunction(callback)) return original(...args);
    const result = begin(plan, args.slice(0, -1));
    return result ? callBack(result, callback) : original(...args);
  },
});

/** Calls `callback` with what the promise comes to, as Node does. */
export function callBack(promise: Promise<unknown>, callback: Call): void {
  // In a turn of its own: what it throws is nobody's to catch.
  promise.then(
    (result) =>
      queueMicrotask(() =>
        result === undefined ? callback(null) : callback(null, result)
      ),
    (error) => queueMicrotask(() => callback(error)),
  );
}

/** Gives a function what its original has on it, such as `realpath.native`. */
export function dress(call: Call, original: Call, promised?: Call): void {
  const inside: Record<PropertyKey, unknown> = {
    length: original.length,
    native: call,
    ...(promised && { [PROMISIFIED]: promised }),
  };
  for (const key of Reflect.ownKeys(original)) {
    if (key === "name" || key === "prototype") continue;
    Object.defineProperty(call, key, {
      ...Object.getOwnPropertyDescriptor(original, key),
      ...(key in inside && { value: inside[key] }),
    });
  }
}

/** Whether a value can be called back. */
export function isFunction(value: unknown): value is Call {
  return typeof value === "function";
}
