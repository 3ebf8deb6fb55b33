import { delay } from "@std/async";
import type { NatsConnected } from "../../../nats/mod.ts";
import { Silence } from "./silence.ts";
import { machineOf, type RunNames } from "../wire/mod.ts";

/** The time between two heartbeats, in ms. */
const TICK_MILLISECONDS = 1000;

/** Options of {@linkcode keepHeartbeats}. */
export interface HeartbeatOptions {
  readonly machine: string;
  /** The ticks of silence after which a machine is lost. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Returns the machines that are waited for. */
  readonly watched: () => Iterable<string>;
  /** Tells whether the journal of the run can be reached. */
  readonly isReachable: () => Promise<boolean>;
  /** Is called in each tick in which a machine has been silent for too long. */
  readonly lost: (machine: string) => void;
  /** Is called in each tick; tells whether this machine has heard itself. */
  readonly ticked: (hearsItself: boolean) => void;
}

/** Sends the heartbeats of a machine and watches others, until the signal aborts. */
export async function keepHeartbeats(
  { connection }: NatsConnected,
  names: RunNames,
  { machine, limit, signal, watched, isReachable, lost, ticked }:
    HeartbeatOptions,
): Promise<void> {
  const silence = new Silence(machine, limit);
  let heard = new Set<string>();
  const subscription = connection.subscribe(names.heartbeats, {
    callback: (_, { subject }) => void heard.add(machineOf(subject)),
  });
  try {
    while (!signal.aborted) {
      connection.publish(names.heartbeat(machine));
      await delay(TICK_MILLISECONDS, { signal });
      const tick = heard;
      heard = new Set();
      ticked(tick.has(machine));
      const isSilent = [...watched()].some((it) => !tick.has(it));
      for (
        const it of silence.count({
          heard: tick,
          watched: watched(),
          // Asked only where it decides anything.
          isReachable: isSilent && await isReachable(),
        })
      ) lost(it);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    subscription.unsubscribe();
  }
}
