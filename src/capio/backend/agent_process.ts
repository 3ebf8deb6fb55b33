import { delay } from "@std/async";
import { isInTime } from "../../internal/mod.ts";
import { LineBatchStream } from "../../streams/mod.ts";
import { CapioError, steadyClock } from "../platform/mod.ts";
import { agentCommand } from "./agent_command.ts";
import type { RunningAgent, StartAgentOptions } from "./backend_options.ts";
import { HeldLines } from "./held_lines.ts";

/** Shortest and longest pause before a dead agent is started again, in ms. */
const PAUSE = { shortest: 100, longest: 5000 } as const;

/** An agent that lives for so long, in ms, did not die at its start. */
const LASTING_MILLISECONDS = 10_000;

/** Most deaths with an error, one soon after the other. */
const MOST_FAILURES = 5;

/** Time from the signal to end at once to the kill, in ms. */
const GRACE_MILLISECONDS = 10_000;

/** Exit codes of an agent that has ended as it was told: by whom, none, TERM, INT. */
const WELL: readonly number[] = [0, 143, 130];

const LINES = {
  breaks: /\n/,
  maxLineChars: 65_536,
  longLines: "split",
} as const;

/** The process of an agent, started again when it dies. */
export class AgentProcess implements RunningAgent {
  /**
   * Starts an agent, and waits until steps can be started.
   *
   * @param command Says how Deno runs it.
   */
  static async start(
    options: StartAgentOptions,
    command: typeof agentCommand = agentCommand,
  ): Promise<AgentProcess> {
    const { signal } = options;
    signal?.throwIfAborted();
    const agent = new AgentProcess(options, command);
    try {
      await Promise.race([agent.#ready.promise, agent.ended]);
      signal?.throwIfAborted();
      if (!agent.#wasReady) throw endedEarly(options.machine);
    } catch (error) {
      await agent.interrupt();
      signal?.throwIfAborted();
      throw error;
    }
    return agent;
  }

  readonly ended: Promise<void>;
  readonly #options: StartAgentOptions;
  readonly #command: typeof agentCommand;
  readonly #print: (line: string) => void;
  readonly #ready = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  #child: Deno.ChildProcess | undefined;
  /** Whether steps can be started beside the present process. */
  #isReady = false;
  #wasReady = false;
  #isTold = false;

  private constructor(
    options: StartAgentOptions,
    command: typeof agentCommand,
  ) {
    this.#options = options;
    this.#command = command;
    this.#print = options.print ?? ((line) => console.error(line));
    this.ended = this.#supervise();
    this.ended.catch(() => {});
    const interrupt = () => void this.interrupt();
    options.signal?.addEventListener("abort", interrupt, { once: true });
    // Nothing asynchronous happens any more in a program that ends.
    const kill = () => this.#signal("SIGINT");
    addEventListener("unload", kill);
    this.ended.finally(() => {
      removeEventListener("unload", kill);
      options.signal?.removeEventListener("abort", interrupt);
    }).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isTold = true;
    if (this.#isReady) this.#signal("SIGTERM");
    await this.ended;
  }

  async interrupt(): Promise<void> {
    this.#over.abort();
    this.#signal("SIGINT");
    const ended = this.ended.catch(() => {});
    if (await isInTime(ended, GRACE_MILLISECONDS)) return;
    this.#signal("SIGKILL");
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #supervise(): Promise<void> {
    const { machine } = this.#options;
    let pause: number = PAUSE.shortest;
    let failures = 0;
    for (
      let { anew } = this.#options;
      !this.#over.signal.aborted;
      anew = false
    ) {
      const begun = steadyClock();
      const { code, signal, wasReady, line, last } = await this.#runOnce(anew);
      const isOver = this.#over.signal.aborted ||
        signal === null && WELL.includes(code);
      if (steadyClock() - begun > LASTING_MILLISECONDS) {
        pause = PAUSE.shortest;
        failures = 0;
      }
      const how = signal === null
        ? `failed with exit code ${code}`
        : `was killed by ${signal}`;
      const told = `The agent of machine "${machine}" ${how}`;
      const isFailure = !isOver && signal === null;
      if (isFailure && (!wasReady || ++failures > MOST_FAILURES)) {
        const own = last?.replace(/^sluice agent: /, "");
        throw new CapioError("BACKEND_FAILED", own ?? told);
      }
      if (line !== undefined) this.#print(line);
      if (isOver) return;
      this.#print(`${told}, and is started again`);
      await delay(pause, { signal: this.#over.signal }).catch(() => {});
      pause = Math.min(2 * pause, PAUSE.longest);
    }
  }

  /** Runs one process to its end. */
  async #runOnce(anew: boolean | undefined) {
    const { args, env } = this.#command({ ...this.#options, anew });
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env,
      cwd: this.#options.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    let wasReady = false;
    using held = new HeldLines(this.#print);
    try {
      const [status] = await Promise.all([
        child.status,
        eachLine(child.stdout, (line) => {
          if (line !== "ready") return held.push(line);
          wasReady = true;
          this.#becomeReady();
        }),
        eachLine(child.stderr, (line) => held.push(line)),
      ]);
      return { ...status, wasReady, line: held.take(), last: held.last };
    } finally {
      this.#child = undefined;
      this.#isReady = false;
      await child.stdin.close().catch(() => {});
    }
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#wasReady = true;
    this.#ready.resolve();
    // It was told to stop while it was being started again.
    if (this.#isTold) this.#signal("SIGTERM");
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has ended.
    }
  }
}

function endedEarly(machine: string): CapioError {
  return new CapioError(
    "BACKEND_FAILED",
    `The agent of machine "${machine}" ended before it was ready, somebody has told it to`,
  );
}

async function eachLine(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  const batches = bytes.pipeThrough(new TextDecoderStream())
    .pipeThrough(new LineBatchStream(LINES));
  for await (const lines of batches) lines.forEach(take);
}
