/** Tells whether the process may read a variable of its environment. */
export type MayRead = (variable: string) => boolean;

/**
 * Returns what tells which variables the process may read at this moment. A
 * process with all permissions asks once for all of them.
 */
export function readableVariables(): MayRead {
  const all = isGranted({ name: "env" });
  return (variable) => all || isGranted({ name: "env", variable });
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  const { state, partial } = Deno.permissions.querySync(permission);
  return state === "granted" && !partial;
}
