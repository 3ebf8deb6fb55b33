import { resolve } from "@std/path";
import { system } from "../runtime/mod.ts";

/**
 * Returns a directory as it was given, and with its symbolic links resolved if
 * that is another path: a flag of Deno allows a path by one name alone.
 */
export function directoryNames(directory: string): string[] {
  try {
    const resolved = system.realPathSync(directory);
    return resolved === resolve(directory)
      ? [directory]
      : [directory, resolved];
  } catch {
    // What uses the directory reports that it is missing.
    return [directory];
  }
}
