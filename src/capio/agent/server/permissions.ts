import { type NatsConnected, natsFailure } from "../../../nats/mod.ts";

/**
 * Returns a signal that aborts when the server refuses something for lack of a
 * permission, with the error as its reason. Some of what an agent sends has no
 * answer, and so would fail in silence.
 */
export function refusedPermission(connected: NatsConnected): AbortSignal {
  const refused = new AbortController();
  void follow(connected, (error) => refused.abort(error));
  return refused.signal;
}

async function follow(
  { connection }: NatsConnected,
  refuse: (error: Error) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    const isRefusal = status.type === "error" &&
      status.error.name === "PermissionViolationError";
    if (isRefusal) refuse(natsFailure("take part in the run", status.error));
  }
}
