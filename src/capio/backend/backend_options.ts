import type { NatsOptions } from "../../nats/mod.ts";

/**
 * The servers over which a context takes part in a workflow on several machines,
 * in `CapioOptions`.
 */
export interface JetStreamBackend extends NatsOptions {
  /** The only kind that there is: NATS servers with JetStream. */
  readonly type: "jetstream";
  /**
   * The name of this machine, of letters, digits, `-` and `_`, at most 32.
   *
   * @default {Deno.hostname()}
   */
  readonly machine?: string;
  /**
   * The NATS server to start, with JetStream in a directory of its own among the
   * temporary files, when none answers at `servers` and that is one loopback
   * address.
   *
   * @default {"nats-server"}
   */
  readonly serverExecPath?: string;
  /**
   * Seconds that a server is awaited.
   *
   * @default {60}
   */
  readonly awaitServerTimeoutSeconds?: number;
  /**
   * Whether a server that was started is stopped at the end, unless another run
   * uses it.
   *
   * @default {true}
   */
  readonly teardownServer?: boolean;
  /**
   * Flags of `deno run` for the agent, such as `--config=FILE`.
   *
   * @default {[]}
   */
  readonly denoFlags?: readonly string[];
}

/** The part of a run in which the agent of a machine takes part. */
export interface AgentRun {
  /** The directory of this machine in which its steps exchange files. */
  readonly capioDir: string;
  /** The name that the steps of one workflow share on all machines. */
  readonly workflowName: string;
  /** Path of the CAPIO-CL configuration, the same on all machines. */
  readonly capioClConfigurationFile?: string;
  /** The directory for files in memory. */
  readonly memoryDir?: string;
  /** Set when the workflow is shared with the group of its directory. */
  readonly shared?: "group";
}

/** Options of {@linkcode startAgent}. */
export interface StartAgentOptions extends AgentRun {
  /** How to reach the NATS server. */
  readonly server: NatsOptions;
  /** The name of this machine, of letters, digits, `-` and `_`, at most 32. */
  readonly machine: string;
  /**
   * Whether a run of the workflow that is still going on is ended on all
   * machines, and a new one begun.
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
  /** Seconds after which waits fail when no server answers; 60 by default. */
  readonly serverTimeoutSeconds?: number;
  /** Seconds of silence after which a machine is lost; 10 by default. */
  readonly lostAfterSeconds?: number;
  /**
   * Flags of `deno run` for the agent, such as `--config=FILE`.
   *
   * @default {[]}
   */
  readonly denoFlags?: readonly string[];
  /**
   * The directory that the agent runs in, to which the paths are relative.
   *
   * @default {Deno.cwd()}
   */
  readonly cwd?: string;
  /**
   * Gets each line that the agent prints.
   *
   * @default {console.error}
   */
  readonly print?: (line: string) => void;
  /** Ends the agent at once when it aborts. */
  readonly signal?: AbortSignal;
}

/** An agent that runs as a process; disposing it stops it. */
export interface RunningAgent extends AsyncDisposable {
  /**
   * Resolves when the agent has ended, and rejects when it has failed and is not
   * started again.
   */
  readonly ended: Promise<void>;
  /**
   * Tells the agent that the steps of this machine have ended. Resolves when no
   * other machine needs anything from this one and the agent has cleared up.
   */
  stop(): Promise<void>;
  /** Ends the agent at once: what others have not got is lost to them. */
  interrupt(): Promise<void>;
}

/** What a context has of its backend. */
export interface StartedBackend {
  /** The name of this machine. */
  readonly machine: string;
  /**
   * Ends the use: the last one in this program stops the agent and, if it may,
   * the server.
   */
  release(): Promise<void>;
}
