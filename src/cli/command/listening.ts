/** Where a command listens. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Starts a server, and says which port it is where that is taken.
 *
 * @throws {Error} If something else listens there.
 */
export function listening<T>(
  { hostname, port }: ListenAddress,
  start: () => T,
): T {
  try {
    return start();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Error(
      `Cannot listen on "${hostname}:${port}": something else does`,
      { cause },
    );
  }
}
