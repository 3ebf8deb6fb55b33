import { Interruption } from "../../command/mod.ts";

/**
 * Returns the program that runs a step: the Deno that runs this command, or the
 * one that `--allow-run=deno` names, which can be another file.
 */
export function denoProgram(): string {
  const program = Deno.execPath();
  return mayRun(program) || !mayRun("deno") ? program : "deno";
}

function mayRun(command: string): boolean {
  const { state } = Deno.permissions.querySync({ name: "run", command });
  return state === "granted";
}

/** Returns the signal that hands an interruption of this command on. */
export function signalOf(reason: unknown): Deno.Signal {
  return reason instanceof Interruption ? reason.signal : "SIGTERM";
}

/**
 * Returns whether a terminal sends a signal itself: Ctrl-C and Ctrl-\ reach every
 * program on it, and a forwarded signal would be a second one.
 */
export function isFromTerminal(signal: Deno.Signal): boolean {
  const isKey = signal === "SIGINT" || signal === "SIGQUIT";
  return isKey && Deno.stdin.isTerminal();
}

/** Sends a signal to a process, unless it has ended. */
export function signalChild(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended.
  }
}

/** Kills a process when this process ends, until the result is disposed of. */
export function endingWithUs(child: Deno.ChildProcess): Disposable {
  const kill = () => signalChild(child, "SIGKILL");
  addEventListener("unload", kill);
  return {
    [Symbol.dispose]: () => removeEventListener("unload", kill),
  };
}
