/** The property in which the preload leaves what other copies need. */
const LEFT = Symbol.for("sluice.capio.preload");

/** What the preload leaves for other copies of this package in its thread. */
export interface LeftByPreload {
  /** The form of `calls`. */
  readonly form: number;
  /** The calls with which a program enters contexts. */
  readonly calls: object;
  /** The functions of `Deno` before they were replaced. */
  readonly system: unknown;
}

/**
 * Leaves something for the copies that are loaded later. Returns `false` when
 * another copy, of any version, has done so in this thread.
 */
export function leaveOnce(left: LeftByPreload): boolean {
  if (Reflect.has(globalThis, LEFT)) return false;
  return Reflect.defineProperty(globalThis, LEFT, { value: left });
}

/** Returns what the preload has left in this thread. */
export function leftByPreload(): LeftByPreload | undefined {
  const left: unknown = Reflect.get(globalThis, LEFT);
  const isObject = typeof left === "object" && left !== null;
  return isObject ? left as LeftByPreload : undefined;
}
