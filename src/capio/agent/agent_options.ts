import type { NatsOptions } from "../../nats/mod.ts";

/** Options of {@linkcode runAgent}. */
export interface RunAgentOptions {
  /** The directory of this machine in which its steps exchange files. */
  readonly capioDir: string;
  /** The name that the steps of one workflow share on all machines. */
  readonly workflowName: string;
  /** The name of this machine. */
  readonly machine: string;
  /** How to reach the NATS server. */
  readonly server: NatsOptions;
  /** Path of the CAPIO-CL configuration, if the workflow has one. */
  readonly capioClConfigurationFile?: string;
  /** The directory for files in memory. */
  readonly memoryDir?: string;
  /** Set when the workflow is shared with the group of its directory. */
  readonly shared?: "group";
  /**
   * Whether a run that is still going on is ended, and another one begun.
   *
   * @default {false}
   */
  readonly anew?: boolean;
  /**
   * Whether finished files are stored in the server, so that they outlive their
   * machine.
   *
   * @default {false}
   */
  readonly carryAll?: boolean;
  /**
   * Seconds that a server is awaited, at the beginning and later.
   *
   * @default {60}
   */
  readonly serverTimeoutSeconds?: number;
  /**
   * Seconds of silence after which a machine is lost.
   *
   * @default {10}
   */
  readonly lostAfterSeconds?: number;
  /** Is called once steps can be started. */
  readonly ready: () => void;
  /** Is called with lines for people. */
  readonly print: (line: string) => void;
  /** Tells the agent, when it aborts, that the steps of this machine have ended. */
  readonly stop: AbortSignal;
  /** Ends the agent at once when it aborts. */
  readonly signal: AbortSignal;
}
