import { SEPARATOR } from "@std/path";
import { refused } from "../../internal/mod.ts";
import { system } from "../platform/mod.ts";

/** What Deno wants all permissions for, however `--allow-read` names it. */
const GUARDED = /^\/(dev|proc|sys)(\/|$)/;

/**
 * Returns a `memoryDir` with all symbolic links resolved, and makes nothing.
 *
 * @param uses What the process does with the directory.
 * @throws {Deno.errors.NotCapable} If the process may not use it so.
 * @throws {Deno.errors.NotFound} If it does not exist.
 * @throws {Deno.errors.NotADirectory} If it is not a directory.
 * @throws {TypeError} If it lies in `capioDir`.
 */
export function resolveMemoryDirectory(
  directory: string,
  capioDir: string,
  uses: readonly ("read" | "write")[] = ["read", "write"],
): string {
  checkPermissions(directory, uses);
  const resolved = resolve(directory);
  checkPermissions(resolved, uses);
  if (!system.statSync(resolved).isDirectory) {
    throw new Deno.errors.NotADirectory(
      `Cannot use "${directory}" as memoryDir: it is not a directory`,
    );
  }
  const real = system.realPathSync(capioDir);
  if (resolved === real || resolved.startsWith(`${real}${SEPARATOR}`)) {
    throw refused("memoryDir", "a directory outside of capioDir", directory);
  }
  return resolved;
}

function checkPermissions(
  path: string,
  uses: readonly ("read" | "write")[],
): void {
  for (const name of uses) {
    if (Deno.permissions.querySync({ name, path }).state === "granted") {
      continue;
    }
    throw new Deno.errors.NotCapable(
      `Requires ${name} access to the memoryDir "${path}", run again with --allow-${name}=${path}`,
    );
  }
}

function resolve(directory: string): string {
  try {
    return system.realPathSync(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(
        `Cannot use "${directory}" as memoryDir: it does not exist, create it first`,
        { cause: error },
      );
    }
    // Its permissions are granted, and yet Deno refuses.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const why = GUARDED.test(directory)
      ? "Deno lets no program use it without all permissions. Use a file system in memory elsewhere, such as /run/user/UID or a mounted tmpfs, or run again with --allow-all"
      : error.message;
    throw new Deno.errors.NotCapable(
      `Cannot use "${directory}" as memoryDir: ${why}`,
      { cause: error },
    );
  }
}
