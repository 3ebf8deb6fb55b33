/**
 * Returns a variable of the environment; `undefined` when it is empty or
 * missing, or when the command may not read it.
 */
export function environmentVariable(name: string): string | undefined {
  const permission = { name: "env", variable: name } as const;
  const { state } = Deno.permissions.querySync(permission);
  return state === "granted" ? Deno.env.get(name) || undefined : undefined;
}
