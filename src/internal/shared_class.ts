/** The property with which a prototype names its class in every copy of it. */
const CLASS = Symbol.for("@sluice/sluice.class");

/** A class, abstract or not. */
type Class = abstract new (...args: never[]) => object;

/**
 * Gives a class a name that is the same in every copy of this package, for
 * {@linkcode isInstanceOf}.
 */
export function shareClass({ prototype }: Class, name: string): void {
  Object.defineProperty(prototype, CLASS, { value: name });
}

/**
 * Returns whether a value is an instance of a class as `instanceof` does, or of
 * the class that has its shared name in another copy of this package.
 */
export function isInstanceOf(type: Class, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(type, value)) return true;
  const name = ownName(type.prototype);
  if (name === undefined) return false;
  for (let it = Object(value); it; it = Object.getPrototypeOf(it)) {
    if (ownName(it) === name) return true;
  }
  return false;
}

function ownName(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, CLASS)?.value;
}
