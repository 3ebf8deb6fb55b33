/** Whether the program runs on Deno. */
export const isDeno: boolean = typeof Deno !== "undefined";

/** The name and the version of the runtime: `Node.js/24`. */
export function runtimeName(): string {
  return globalThis.navigator?.userAgent ?? "another runtime";
}

/** Whether the system is Linux. */
export function isLinux(): boolean {
  return systemName() === "linux";
}

/** Whether the system is Windows. */
export function isWindows(): boolean {
  return systemName().startsWith("win");
}

function systemName(): string {
  // deno-lint-ignore no-process-global
  return isDeno ? Deno.build.os : process.platform;
}

/**
 * Returns whether Deno grants a permission, without asking the user. Other
 * runtimes grant all.
 */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return !isDeno ||
    Deno.permissions.querySync(permission).state === "granted";
}
