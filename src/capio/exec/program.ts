import {
  checkFunction,
  checkNonNegative,
  checkSignal,
  checkString,
  refused,
} from "../../internal/mod.ts";
import type { ProgramArgument } from "./program_argument.ts";

/**
 * A command that takes part in a workflow, and the files that it exchanges. The
 * paths of the files are relative to `capioDir`, as in the CAPIO-CL
 * configuration. No shell is involved.
 */
export interface Program {
  /** The program and its arguments. */
  readonly command: readonly ProgramArgument[];
  /** The file that it gets on standard input, as it is written. */
  readonly stdin?: string | URL;
  /** The file that its standard output becomes. */
  readonly stdout?: string | URL;
  /** The file that its standard error becomes; it may be that of `stdout`. */
  readonly stderr?: string | URL;
  /**
   * Variables of its environment besides those of this process.
   *
   * @default {no variables}
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The directory that it runs in.
   *
   * @default {Deno.cwd()}
   */
  readonly cwd?: string | URL;
  /**
   * The exit statuses that are a success, for instance `[0, 1]` for `grep`.
   *
   * @default {[0]}
   */
  readonly ok?: readonly number[];
}

/** A program of {@linkcode runProgram} that has been started. */
export interface StartedProgram {
  /** The operating system's number for its process. */
  readonly pid: number;
  /** Sends it a signal, unless it has ended. */
  kill(signal: Deno.Signal): void;
}

/** Options of {@linkcode runProgram}. */
export interface RunProgramOptions {
  /**
   * Ends the program when it aborts: first with SIGTERM, after the grace period
   * with SIGKILL. Its outputs are then lost.
   */
  readonly signal?: AbortSignal;
  /**
   * Standard input, where the program names no file for it: that of this
   * process, or nothing.
   *
   * @default {"null"}
   */
  readonly stdin?: "inherit" | "null";
  /**
   * The receiver of standard output, where the program names no file for it:
   * that of this process, nobody, or a stream.
   *
   * @default {"inherit"}
   */
  readonly stdout?: "inherit" | "null" | WritableStream<Uint8Array>;
  /**
   * The same for standard error.
   *
   * @default {"inherit"}
   */
  readonly stderr?: "inherit" | "null" | WritableStream<Uint8Array>;
  /**
   * Milliseconds between a request to end and the kill, and for which processes
   * that the program has left behind may go on writing to its outputs.
   *
   * @default {5000}
   */
  readonly graceMilliseconds?: number;
  /** Is called as soon as the program runs. */
  readonly started?: (program: StartedProgram) => void;
}

/** Throws a `TypeError` or a `RangeError` for a program that cannot be meant. */
export function checkProgram(
  { command, stdin, stdout, stderr, env, cwd, ok }: Program,
): void {
  if (!Array.isArray(command) || command.length === 0) {
    throw refused("command", "an array of a program and arguments", command);
  }
  for (const [name, path] of Object.entries({ stdin, stdout, stderr, cwd })) {
    if (path === undefined || path instanceof URL) continue;
    checkString(name, path);
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    checkString(`env.${name}`, value);
    if (isVariable(name)) continue;
    throw refused("env", 'an object of names without "="', name);
  }
  const isStatus = (it: unknown) =>
    Number.isInteger(it) && Number(it) >= 0 && Number(it) < 256;
  if (ok === undefined || Array.isArray(ok) && ok.every(isStatus)) return;
  throw refused("ok", "an array of exit statuses from 0 to 255", ok);
}

/** The same for the options. */
export function checkOptions(
  { signal, stdin, stdout, stderr, graceMilliseconds, started }:
    RunProgramOptions,
): void {
  checkSignal("signal", signal);
  if (stdin !== undefined && stdin !== "inherit" && stdin !== "null") {
    throw refused("stdin", '"inherit" or "null"', stdin);
  }
  for (const [name, value] of Object.entries({ stdout, stderr })) {
    const isRight = value === undefined || value === "inherit" ||
      value === "null" || value instanceof WritableStream;
    if (isRight) continue;
    throw refused(name, '"inherit", "null" or a WritableStream', value);
  }
  if (graceMilliseconds !== undefined) {
    checkNonNegative("graceMilliseconds", graceMilliseconds);
  }
  if (started !== undefined) checkFunction("started", started);
}

/** Returns whether a name can be that of a variable of the environment. */
export function isVariable(name: string): boolean {
  return name !== "" && !name.includes("=") && !name.includes("\0");
}
