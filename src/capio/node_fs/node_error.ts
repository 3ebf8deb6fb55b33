import type { Plan } from "../interpose/mod.ts";
import { builtin, type Operation } from "../platform/mod.ts";
import { textOfPath } from "./path_argument.ts";

/** What a workspace says with an error of Deno's, in Node's words. */
const CODES = [
  [Deno.errors.NotFound, "ENOENT"],
  [Deno.errors.FilesystemLoop, "ELOOP"],
  [Deno.errors.BadResource, "EBADF"],
] as const;

/** The plan, its errors those of a call of Node's. */
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

/** The operation, its errors those of a call of Node's. */
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
 * The error as a program of Node knows it, with `code`, `errno`, `syscall` and
 * `path`. Errors of the system have a code already.
 */
function asNodeError(
  error: unknown,
  syscall: string,
  path?: string,
): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  const code = CODES.find(([type]) => error instanceof type)?.[1];
  if (!code) return error;
  const { errno } = builtin("os").constants;
  const message = `${code}: ${error.message}`;
  return Object.assign(new Error(message, { cause: error }), {
    errno: -errno[code],
    // Only what is opened for reading is waited for in vain.
    syscall: code === "ENOENT" ? "open" : syscall,
    code,
    ...(path !== undefined && { path }),
  });
}
