/**
 * Gives a function or class the name of the one that it replaces, and returns
 * it. In the published files the names in the source are shorter ones.
 */
export function withNameOf<Fn extends { readonly name: string }>(
  replaced: { readonly name: string },
  fn: Fn,
): Fn {
  return Object.defineProperty(fn, "name", { value: replaced.name });
}
