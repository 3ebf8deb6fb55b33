import type { ParseArgsOptionsConfig } from "node:util";
import type { NatsOptions } from "../../../nats/mod.ts";
import {
  hostMachineName,
  isMachineName,
  MACHINE_NAME,
} from "../../../internal/mod.ts";
import { environmentVariable, UsageError } from "../../command/mod.ts";
import { NATS_OPTIONS, natsHelp, natsOptions } from "./nats_arguments.ts";

/** The options of a command that starts the agent of a machine, or is it. */
export const MACHINE_OPTIONS = {
  machine: { type: "string" },
  ...NATS_OPTIONS,
  anew: { type: "boolean", default: false },
  carry: { type: "string" },
  "server-timeout-seconds": { type: "string" },
  "lost-after-seconds": { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Their part of a help text.
 *
 * @param width The column at which the explanations begin.
 */
export function machineHelp(width: number): string {
  const option = (name: string, ...[first, ...more]: string[]) =>
    [
      name.length + 2 < width
        ? name.padEnd(width - 2) + first
        : `${name}\n${" ".repeat(width)}${first}`,
      ...more.map((line) => " ".repeat(width) + line),
    ].join("\n");
  return [
    option(
      "--machine NAME",
      "Name of this machine: letters, digits, - and _",
      "(default: $CAPIO_MACHINE, or the name of the host)",
    ),
    natsHelp(option),
    option(
      "--anew",
      "End a run that is still going on, for all machines,",
      "and begin another one",
    ),
    option(
      "--carry all",
      "Keep finished files in the server, too, so that they",
      "outlive their machine",
    ),
    option(
      "--server-timeout-seconds N",
      "Fail waits for other machines when no server",
      "answers for so long (default: 60)",
    ),
    option(
      "--lost-after-seconds N",
      "Give up a machine that is silent for so long",
      "(default: 10)",
    ),
  ].map((text) => `  ${text}`).join("\n");
}

/** The values of {@linkcode MACHINE_OPTIONS}. */
export interface MachineValues {
  readonly machine?: string;
  readonly nats?: string;
  readonly credentials?: string;
  readonly nkey?: string;
  readonly ca?: string;
  readonly anew?: boolean;
  readonly carry?: string;
  readonly "server-timeout-seconds"?: string;
  readonly "lost-after-seconds"?: string;
}

/** How a machine takes part in a workflow on several machines. */
export interface MachineArguments {
  readonly machine: string;
  readonly server: NatsOptions;
  readonly anew: boolean;
  readonly carryAll: boolean;
  readonly serverTimeoutSeconds?: number;
  readonly lostAfterSeconds?: number;
}

/**
 * Returns how this machine takes part in a workflow on several machines;
 * `undefined` if neither the options nor the environment name a server.
 *
 * @throws {UsageError} If an option is wrong, or needs a server.
 */
export async function machineArguments(
  values: MachineValues,
): Promise<MachineArguments | undefined> {
  const server = await natsOptions(values);
  const { anew = false, carry } = values;
  const serverTimeoutSeconds = seconds("server-timeout-seconds", values);
  const lostAfterSeconds = seconds("lost-after-seconds", values);
  if (carry !== undefined && carry !== "all") {
    throw new UsageError(`"--carry" must be "all", found "${carry}"`);
  }
  if (!server) {
    const names = ["machine", "carry", "server-timeout-seconds"] as const;
    const idle = anew ? "anew" : [...names, "lost-after-seconds" as const]
      .find((name) => values[name] !== undefined);
    if (idle === undefined) return undefined;
    throw new UsageError(`"--${idle}" needs "--nats URL", or $SLUICE_NATS_URL`);
  }
  return {
    machine: machineName(values.machine),
    server,
    anew,
    carryAll: carry === "all",
    ...serverTimeoutSeconds !== undefined && { serverTimeoutSeconds },
    ...lostAfterSeconds !== undefined && { lostAfterSeconds },
  };
}

function machineName(given: string | undefined): string {
  const name = given ?? environmentVariable("CAPIO_MACHINE") ??
    hostMachineName();
  if (name !== undefined && isMachineName(name)) return name;
  throw new UsageError(
    `"--machine" must be a name of ${MACHINE_NAME}, found "${name}"`,
  );
}

function seconds(
  name: "server-timeout-seconds" | "lost-after-seconds",
  values: MachineValues,
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (number > 0) return number;
  throw new UsageError(
    `"--${name}" must be a positive number, found "${text}"`,
  );
}
