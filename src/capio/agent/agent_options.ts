import type { NatsOptions } from "../../nats/mod.ts";

/** Options of {@linkcode runAgent}. */
export interface AgentOptions {
  readonly capioDir: string;
  readonly workflowName: string;
  /** The name of this machine. */
  readonly machine: string;
  readonly server: NatsOptions;
  /** Path of the CAPIO-CL configuration, if the workflow has one. */
  readonly capioClConfigurationFile?: string;
  readonly memoryDir?: string;
  readonly shared?: "group";
  /** Whether a run that is still going on is ended, and another one begun. */
  readonly anew?: boolean;
  /**
   * Seconds that a server is awaited.
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
