import type * as Core from "@nats-io/nats-core/internal";
import type * as JetStream from "@nats-io/jetstream";

/** The libraries of NATS, as they are loaded. */
export interface NatsLibraries {
  readonly core: typeof Core;
  readonly jetstream: typeof JetStream;
}

let loading: Promise<NatsLibraries> | undefined;

/**
 * Loads the libraries of NATS once. Programs that use no server never do.
 */
export function natsLibraries(): Promise<NatsLibraries> {
  return loading ??= Promise.all([
    import("@nats-io/nats-core/internal"),
    import("@nats-io/jetstream"),
  ]).then(([core, jetstream]) => ({ core, jetstream }));
}
