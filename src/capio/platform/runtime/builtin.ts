/**
 * Returns a module of Node, loaded at its first use. An import would cost every
 * program some 20 ms, and would bind the names that other modules import from
 * it to the originals before they can be replaced.
 */
// deno-lint-ignore no-process-global
export const builtin: typeof process.getBuiltinModule = (id: string) =>
  // deno-lint-ignore no-process-global
  process.getBuiltinModule(id);
