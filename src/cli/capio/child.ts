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
