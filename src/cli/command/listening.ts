import { hostAndPort } from "../../internal/mod.ts";

/** The address that a command listens on. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Starts a server, with an error that names the port when it is taken.
 *
 * @throws {Error} If another program listens there.
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
      `Cannot listen on "${hostAndPort(hostname, port)}": another program does`,
      { cause },
    );
  }
}
