type SetImmediate = typeof import("node:timers/promises").setImmediate;

let setImmediate: SetImmediate | undefined;

/**
 * Resolves in a later turn of the event loop, after timers, sockets and other
 * work of the program have run. This takes one to two milliseconds.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Resolves after the timers that are due have run. This takes microseconds, in
 * which sockets and files hardly ever get their turn.
 */
export function shortTurn(): Promise<void> {
  return immediately()();
}

/**
 * Remembers the function of the runtime that {@linkcode shortTurn} calls, before
 * a program can put another one in its place.
 */
export function rememberImmediate(): void {
  immediately();
}

/** An import would load twenty modules for programs that wait for no turn. */
function immediately(): SetImmediate {
  // deno-lint-ignore no-process-global
  return setImmediate ??=
    process.getBuiltinModule("timers/promises").setImmediate;
}
