import { checkSignal } from "../../internal/mod.ts";
import { untilAborted, type WaitOptions } from "../buffer/mod.ts";
import { interceptedPrints } from "./intercepted_prints.ts";
import {
  PrintScope,
  type PrintScopeOptions,
  printScopes,
} from "./print_scope.ts";
import type { LineTarget, RedirectTargets } from "./print_target.ts";

/**
 * Runs a function whose standard output goes to a line buffer or a mirror.
 *
 * The function's prints with `console.*` and its writes to `Deno.stdout` are
 * redirected, also after an `await` or in a timer that it starts. Other code of
 * the program prints as before, and so does code that the function left running
 * when it returned.
 *
 * Import it from `@sluice/sluice/lines`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts
 * import { LineBuffer, redirectStdout } from "@sluice/sluice/lines";
 *
 * const buffer = new LineBuffer();
 * await redirectStdout(buffer, () => console.log("into the buffer"));
 * buffer.read(); // ["into the buffer"]
 * ```
 *
 * @param target Where the prints go.
 * @param fn The function, which the signal does not end.
 * @param options Signal that ends the wait for the target.
 * @returns The result of the function, once the target accepted all prints.
 */
export function redirectStdout<T>(
  target: LineTarget,
  fn: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  return redirect({ stdout: target }, fn, options);
}

/**
 * As {@linkcode redirectStdout}, for standard error: `console.error`, `warn`,
 * `trace` and `assert`, and writes to `Deno.stderr`.
 *
 * @example Usage
 * ```ts
 * import { LineBuffer, redirectStderr } from "@sluice/sluice/lines";
 *
 * const buffer = new LineBuffer();
 * await redirectStderr(buffer, () => console.error("into the buffer"));
 * buffer.read(); // ["into the buffer"]
 * ```
 *
 * @param target Where the prints go.
 * @param fn The function, which the signal does not end.
 * @param options Signal that ends the wait for the target.
 * @returns The result of the function, once the target accepted all prints.
 */
export function redirectStderr<T>(
  target: LineTarget,
  fn: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  return redirect({ stderr: target }, fn, options);
}

/** Runs a function whose prints go to the targets. */
export async function redirect<T>(
  targets: RedirectTargets,
  fn: () => T | Promise<T>,
  { signal, tee }: WaitOptions & PrintScopeOptions,
): Promise<T> {
  checkSignal("signal", signal);
  const scope = new PrintScope(targets, printScopes.getStore(), { tee });
  using _replaced = interceptedPrints.acquire();
  try {
    const result = await printScopes.run(scope, async () => await fn());
    scope.leave();
    await untilAborted(scope.delivered(), signal);
    return result;
  } finally {
    scope.leave();
  }
}

/** A scope that lasts until it is disposed of. */
export interface RedirectScope extends Disposable {
  /** Resolves when the targets accepted all prints, rejects if they did not. */
  delivered(): Promise<void>;
}

/** Redirects the prints of the code that follows in the same asynchronous flow. */
export function enterRedirect(
  targets: RedirectTargets,
  { tee }: PrintScopeOptions = {},
): RedirectScope {
  const outer = printScopes.getStore();
  const scope = new PrintScope(targets, outer, { tee });
  const replaced = interceptedPrints.acquire();
  printScopes.enterWith(scope);
  return {
    delivered: () => scope.delivered(),
    [Symbol.dispose]() {
      if (!scope.isActive) return;
      scope.leave();
      replaced[Symbol.dispose]();
      if (printScopes.getStore() === scope) printScopes.enterWith(outer);
    },
  };
}
