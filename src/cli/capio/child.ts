/** Sends a signal to a process, unless it has ended by itself. */
export function signalChild(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}

/** Until disposed of, kills a process when this one ends. */
export function endingWithUs(child: Deno.ChildProcess): Disposable {
  const kill = () => signalChild(child, "SIGKILL");
  addEventListener("unload", kill);
  return {
    [Symbol.dispose]: () => removeEventListener("unload", kill),
  };
}
