/** Replaces a property of `owner` until the last user releases it. */
export type ReplaceProperty = (
  owner: object,
  name: PropertyKey,
  descriptor: PropertyDescriptor,
) => void;

/**
 * Replaces properties. What it does besides is undone when its result is
 * disposed of, before the properties are restored.
 */
type Install = (replace: ReplaceProperty) => void | Disposable;

/**
 * Properties of global objects that are replaced while at least one user needs
 * the replacement. When the last user releases it, each property is again as it
 * was before.
 */
export class SharedReplacement {
  readonly #install: Install;
  #users = 0;
  #restore: (() => void)[] = [];

  /** @param install Replaces each property; called for the first user. */
  constructor(install: Install) {
    this.#install = install;
  }

  /** Keeps the properties replaced until the result is disposed of. */
  acquire(): Disposable {
    if (this.#users++ === 0) {
      const more = this.#install((...property) =>
        this.#restore.push(replace(...property))
      );
      if (more) this.#restore.push(() => more[Symbol.dispose]());
    }
    let released = false;
    return {
      [Symbol.dispose]: () => {
        if (released) return;
        released = true;
        if (--this.#users > 0) return;
        for (const restore of this.#restore.splice(0).reverse()) restore();
      },
    };
  }
}

/**
 * Calls `begin` once, before one of the properties of `owner` is read that load
 * what they stand for, as long as they are replaced. It is called at once for a
 * property that is no accessor: what it stands for is loaded.
 */
export function beforeLoading(
  owner: object,
  names: readonly string[],
  replaceProperty: ReplaceProperty,
  begin: () => void,
): void {
  let hasBegun = false;
  const beginOnce = () => {
    if (hasBegun) return;
    hasBegun = true;
    begin();
  };
  for (const name of names) {
    const loader = Object.getOwnPropertyDescriptor(owner, name);
    if (!loader) continue;
    if (!loader.get) {
      beginOnce();
      continue;
    }
    const load = loader.get;
    const get = () => {
      // A copy of `owner` may have it for longer than the replacement lasts.
      const now = Object.getOwnPropertyDescriptor(owner, name);
      if (now?.get === get) beginOnce();
      return load.call(owner);
    };
    const set = (value: unknown) => loader.set?.call(owner, value);
    replaceProperty(owner, name, { get, set });
  }
}

function replace(
  owner: object,
  name: PropertyKey,
  descriptor: PropertyDescriptor,
): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const ours = {
    configurable: true,
    enumerable: before?.enumerable ?? true,
    ...descriptor,
  };
  Object.defineProperty(owner, name, ours);
  return () => {
    const now = Object.getOwnPropertyDescriptor(owner, name);
    // Other code may have replaced it meanwhile: its replacement stays.
    if (now?.value !== ours.value || now?.get !== ours.get) return;
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}
