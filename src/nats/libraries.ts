import type * as Core from "@nats-io/nats-core/internal";
import type * as JetStream from "@nats-io/jetstream";

/** The libraries of NATS, as they are loaded. */
export interface NatsLibraries {
  readonly core: typeof Core;
  readonly jetstream: typeof JetStream;
}

/**
 * What is imported. It does not stand in the import itself: Deno fetches what an
 * import names when a program starts, used or not, and most programs use no
 * server.
 */
export const NATS_SPECIFIERS = {
  core: "npm:@nats-io/nats-core@3.4.0/internal",
  jetstream: "npm:@nats-io/jetstream@3.4.0",
} as const;

let loading: Promise<NatsLibraries> | undefined;

/**
 * Loads the libraries of NATS once. Programs that use no server never do.
 */
export function natsLibraries(): Promise<NatsLibraries> {
  return loading ??= load();
}

async function load(): Promise<NatsLibraries> {
  const { core, jetstream } = NATS_SPECIFIERS;
  const libraries = await Promise.all([import(core), import(jetstream)]);
  return { core: libraries[0], jetstream: libraries[1] };
}
