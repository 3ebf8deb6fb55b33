import type { Plan } from "../../interpose/mod.ts";
import { builtin, NeverCreated, type Operation } from "../../platform/mod.ts";
import { textOfPath } from "./path_argument.ts";

/** The errors of a workspace, and the codes that Node has for them. */
const CODES = [
  [Deno.errors.NotFound, "ENOENT"],
  [Deno.errors.FilesystemLoop, "ELOOP"],
  [Deno.errors.BadResource, "EBADF"],
] as const;

/** Makes the errors of a plan those of a call of Node. */
export function planWithNodeErrors(syscall: string, plan: Plan): Plan {
  return (args) => {
    const path = textOfPath(args[0]);
    try {
      const it = plan(args);
      return it && {
        workspace: it.workspace,
        operation: () => withNodeErrors(it.operation(), syscall, path),
      };
    } catch (error) {
      throw asNodeError(error, syscall, path);
    }
  };
}

/** Makes the errors of an operation those of a call of Node. */
export function* withNodeErrors<T>(
  operation: Operation<T>,
  syscall: string,
  path?: string,
): Operation<T> {
  try {
    return yield* operation;
  } catch (error) {
    throw asNodeError(error, syscall, path);
  }
}

/**
 * Returns an error with the properties of Node's: `code`, `errno`, `syscall` and
 * `path`. Errors of the system stay as the original throws them.
 */
function asNodeError(
  error: unknown,
  syscall: string,
  path?: string,
): unknown {
  if (!(error instanceof Error)) return error;
  if ("code" in error && !(error instanceof NeverCreated)) return error;
  const code = CODES.find(([type]) => error instanceof type)?.[1];
  if (!code) return error;
  const { errno } = builtin("os").constants;
  const message = `${code}: ${error.message}`;
  return Object.assign(new Error(message, { cause: error }), {
    errno: -errno[code],
    // Only an opening for reading waits for a file that never comes.
    syscall: code === "ENOENT" ? "open" : syscall,
    code,
    ...(path !== undefined && { path }),
  });
}
