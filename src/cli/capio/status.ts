import {
  followWorkflow,
  type WorkflowStatus,
  workflowStatus,
} from "../../capio/mod.ts";
import { type Command, parseArguments, Terminal } from "../command/mod.ts";
import { statusLines } from "./status_lines.ts";

/** `sluice status`: what goes on in a workflow. */
export const status: Command = {
  name: "status",
  summary: "Show who takes part in a workflow, its files, and who waits why",
  help: `Usage: sluice status [OPTIONS]

Shows, without taking part, who takes part in a workflow and what they do or
wait for, since when and why; and its files: how large they are, who writes
them, how far the others have read, and what has to happen before they are
finished (committed).

  running, waits   takes part
  left, failed     has ended, well or with an error
  lost             has ended without a word, for instance killed; of a file:
                   its writer has ended before it was finished

Options:
  --capio-dir DIR        Directory in which files are exchanged
                         (default: $CAPIO_DIR, or the current directory)
  --workflow-name NAME   Which workflow
                         (default: $CAPIO_WORKFLOW_NAME, or "CAPIO")
  --follow               Look again and again until the workflow has ended; on a
                         terminal in place, elsewhere print the changed lines
  --json                 Print JSON, one object on a line for each look

The exit code is 1 when no such workflow is there.

Example:
  sluice status --capio-dir data --workflow-name flights --follow`,
  async run(args, signal) {
    const options = parseOptions(args);
    const { capioDir, workflowName, follow, json } = options;
    const looks = looksOf(options);
    if (!looks) {
      throw new Error(`No workflow "${workflowName}" is in "${capioDir}"`);
    }
    const terminal = new Terminal("stdout");
    const show = json
      ? asJson(terminal)
      : follow && terminal.isLive
      ? redrawn(terminal)
      : appended(terminal);
    try {
      await looks.pipeTo(show, { signal });
    } catch (error) {
      // Whoever reads what is printed may have seen enough.
      const isOver = error instanceof Deno.errors.BrokenPipe;
      if (!signal.aborted && !isOver) throw error;
    }
    return 0;
  },
};

interface StatusOptions {
  readonly capioDir: string;
  readonly workflowName: string;
  readonly follow: boolean;
  readonly json: boolean;
}

function parseOptions(args: string[]): StatusOptions {
  const { values } = parseArguments({
    args,
    options: {
      "capio-dir": { type: "string" },
      "workflow-name": { type: "string" },
      follow: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  return {
    capioDir: values["capio-dir"] || Deno.env.get("CAPIO_DIR") || ".",
    workflowName: values["workflow-name"] ||
      Deno.env.get("CAPIO_WORKFLOW_NAME") || "CAPIO",
    follow: values.follow,
    json: values.json,
  };
}

function looksOf(
  { capioDir, workflowName, follow }: StatusOptions,
): ReadableStream<WorkflowStatus> | undefined {
  if (follow) return followWorkflow(capioDir, { workflowName });
  const status = workflowStatus(capioDir, { workflowName });
  return status && ReadableStream.from([status]);
}

/** Shows each look in the place of the last one; the end stays. */
function redrawn(terminal: Terminal): WritableStream<WorkflowStatus> {
  let latest: readonly string[] = [];
  return new WritableStream({
    write: (status) => terminal.draw(latest = statusLines(status)),
    async close() {
      await terminal.draw([]);
      for (const line of latest) await terminal.print(line);
    },
  });
}

/** Shows of each look what was different in the one before. */
function appended(terminal: Terminal): WritableStream<WorkflowStatus> {
  let before = new Set<string>();
  return new WritableStream({
    async write(status) {
      const lines = statusLines(status);
      for (const line of lines) {
        if (!before.has(withoutColumns(line))) await terminal.print(line);
      }
      before = new Set(lines.map(withoutColumns));
    },
  });
}

/** A column that has become wider is no news. */
function withoutColumns(line: string): string {
  return line.replaceAll(/ +/g, " ");
}

function asJson(terminal: Terminal): WritableStream<WorkflowStatus> {
  return new WritableStream({
    write: (status) => terminal.print(JSON.stringify(status)),
  });
}
