/**
 * A module of Node, loaded at its first use. An import would cost every
 * program that imports this one some 20 ms, and would fix what others import
 * from it by name before that can be replaced.
 */
// deno-lint-ignore no-process-global
export const builtin: typeof process.getBuiltinModule = (id: string) =>
  // deno-lint-ignore no-process-global
  process.getBuiltinModule(id);
