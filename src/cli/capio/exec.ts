import {
  CapioError,
  CapioWorkspace,
  type Program,
  type StartedProgram,
} from "../../capio/mod.ts";
import {
  type Command,
  exitCodeOf,
  parseArguments,
  shownMessage,
  UsageError,
} from "../command/mod.ts";
import {
  fileSystemWarning,
  isFromTerminal,
  leave,
  signalOf,
} from "./running/mod.ts";
import { MEMBER_HELP, MEMBER_OPTIONS, memberOptions } from "./arguments/mod.ts";

/** How long a program may take to be there for the keys of a terminal, in ms. */
const START_MILLISECONDS = 200;

/** `sluice exec`: any program as a step of a workflow. */
export const exec: Command = {
  name: "exec",
  summary: "Run any program as one step of a workflow",
  help: `Usage: sluice exec [OPTIONS] -- PROGRAM [ARGUMENTS]

Runs a program that knows nothing of sluice: its standard streams and the files
in its arguments are files of the workflow. What the program can stream is
streamed. Its outputs are finished by their commit rules when it ends with 0;
otherwise they are lost, and their readers get an error that names the program
and its status. No shell is involved: arguments are passed as they are.

Paths of files are relative to the directory of the workflow, as in the CAPIO-CL
configuration:
  --stdin PATH           Its standard input, as the file is written
                         (default: that of this command)
  --stdout PATH          Its standard output becomes the file, which can be read
                         while it is written (default: that of this command)
  --stderr PATH          The same for standard error; it may be the same file

In an argument, alone or as a part of it:
  {in:PATH}              A path to read from once, as the file is written
  {file:PATH}            The path of the finished file; the program starts then
  {dir:PATH}             The path of the finished directory; likewise
  {out:PATH}             A path to write to in order; what is written is read
                         at once
  {newfile:PATH}         A path to write to in any way; the file appears when
                         the program has ended with 0
  {newdir:PATH}          An empty directory, which appears as a whole then
A "}" in a name is written "}}", and the text "{in:" itself "{{in:".

Other options:
  --ok STATUS,STATUS     Exit statuses that are a success (default: 0)
${MEMBER_HELP}

The exit code is the program's own, 128 + N when signal N ended it, 127 when
there is no such program, 126 when it cannot be run, and 1 when the program
ended well and its outputs are lost all the same: an input was never finished,
or something that it started goes on writing. SIGINT, SIGTERM, SIGHUP and
SIGQUIT are handed on; a second one kills.

Examples:
  sluice exec --stdin flights.csv.gz --stdout flights.csv -- gzip -dc
  sluice exec --stdout delays.csv -- awk -f delays.awk {in:flights.csv}
  sluice exec -- python3 fit.py {file:delays.csv} {newfile:model.json}`,
  forwardsExitCode: true,
  async run(args, signal) {
    const { options, program } = parseExec(args);
    const fileSystem = await fileSystemWarning(options.capioDir);
    if (fileSystem) console.error(`sluice exec: ${fileSystem}`);
    return await runProgram(options, program, signal);
  },
};

function parseExec(args: string[]) {
  const end = args.indexOf("--");
  const { values, positionals } = parseArguments({
    args: end < 0 ? args : args.slice(0, end),
    options: {
      ...MEMBER_OPTIONS,
      stdin: { type: "string" },
      stdout: { type: "string" },
      stderr: { type: "string" },
      ok: { type: "string" },
    },
    allowPositionals: true,
  });
  const [word] = positionals;
  if (word !== undefined) {
    throw new UsageError(
      `Unexpected argument "${word}": the program and its arguments stand after "--"`,
    );
  }
  const command = end < 0 ? [] : args.slice(end + 1);
  if (command.length === 0 || command[0] === "") {
    throw new UsageError('PROGRAM is missing: it stands after "--"');
  }
  const { stdin, stdout, stderr, ok, ...member } = values;
  const options = memberOptions(member);
  for (const [name, path] of Object.entries({ stdin, stdout, stderr })) {
    if (path === "") throw new UsageError(`Option "--${name}" needs a value`);
  }
  const program: Program = {
    command,
    ...(stdin !== undefined && { stdin }),
    ...(stdout !== undefined && { stdout }),
    ...(stderr !== undefined && { stderr }),
    ...(ok !== undefined && { ok: parseStatuses(ok) }),
  };
  return { options, program };
}

function parseStatuses(text: string): number[] {
  return text.split(",").map((word) => {
    const status = /^\d+$/.test(word) ? Number(word) : NaN;
    if (status < 256) return status;
    throw new UsageError(
      `"--ok" must be statuses from 0 to 255 with commas between, found "${text}"`,
    );
  });
}

async function runProgram(
  options: ReturnType<typeof memberOptions>,
  program: Program,
  signal: AbortSignal,
): Promise<number> {
  // As long as it has not started, a signal ends the wait for its inputs.
  const waiting = new AbortController();
  let running: StartedProgram | undefined;
  let begun = 0;
  const interrupt = () => {
    if (running) forwardTo(running, signal.reason, performance.now() - begun);
    else waiting.abort(signal.reason);
  };
  signal.addEventListener("abort", interrupt);
  try {
    signal.throwIfAborted();
    const workspace = await CapioWorkspace.join({
      ...options,
      signal: waiting.signal,
    });
    let isFailed = true;
    try {
      const { code } = await workspace.runProgram(program, {
        signal: waiting.signal,
        stdin: "inherit",
        started: (program) => {
          running = program;
          begun = performance.now();
        },
      });
      isFailed = false;
      return code;
    } finally {
      await leave(workspace, isFailed, signal);
    }
  } catch (error) {
    if (waiting.signal.aborted) return exitCodeOf(signal);
    if (!(error instanceof CapioError) || !error.status) throw error;
    console.error(`sluice exec: ${shownMessage(error.message)}`);
    return error.status.code || 1;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

function forwardTo(
  program: StartedProgram,
  reason: unknown,
  age: number,
): void {
  const signal = signalOf(reason);
  // A program that is being started does not see the keys.
  if (age > START_MILLISECONDS && isFromTerminal(signal)) return;
  program.kill(signal);
}
