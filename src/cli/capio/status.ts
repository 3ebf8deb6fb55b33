import {
  followWorkflow,
  setAsideRuns,
  workflowNames,
  type WorkflowPage,
  type WorkflowStatus,
  workflowStatus,
} from "../../capio/mod.ts";
import {
  type Command,
  environmentVariable,
  parseArguments,
  Terminal,
  UsageError,
} from "../command/mod.ts";
import { fileSystemWarning } from "./running/mod.ts";
import {
  PAGE_OPTIONS,
  pageHelp,
  type PageRequest,
  pageRequest,
  servePage,
  statusLines,
  untilInterrupted,
  withPageValue,
  WORKFLOW_APP,
  workflowLines,
} from "./status/mod.ts";

/** `sluice status`: shows the members and files of a workflow. */
export const status: Command = {
  name: "status",
  summary: "Show who takes part in a workflow, its files, and who waits why",
  help: `Usage: sluice status [OPTIONS]

Shows the steps of a workflow, what each does or waits for, since when and why,
and its files: their size, who writes them, how far others have read, and what
has to happen before they are finished (committed). It takes no part itself.
On several machines it also shows which of them take part, the home of each
file, and how much of it is here; who waits on other machines is shown there.
Without a name, it lists the workflows of the directory if there are several.

  running, waits   takes part
  left, failed     has ended with success, with an error
  lost             was killed or has crashed; of a file: its writer ended before
                   the file was finished

Options:
  --capio-dir DIR        Directory in which files are exchanged
                         (default: $CAPIO_DIR, or the current directory)
  --workflow-name NAME   Name that the steps of one workflow share
                         (default: $CAPIO_WORKFLOW_NAME, or the one that is
                         there)
  --memory-dir DIR       Directory of the files in memory, to see their sizes
                         (default: $CAPIO_MEMORY_DIR, or none)
  --follow               Follow the workflow until it has ended: on a terminal
                         in place, elsewhere print the lines that change
  --json                 Print JSON, one object a line for each change
${pageHelp(25)}

The exit code is 1 when there is no such workflow.

Example:
  sluice status --capio-dir data --workflow-name flights --follow`,
  async run(args, signal) {
    const given = parseOptions(args);
    const { capioDir, follow, json } = given;
    const names = given.workflowName === undefined
      ? workflowNames(capioDir)
      : [given.workflowName];
    if (names.length > 1 && !follow && !given.page) {
      return await list(given, names);
    }
    const options = { ...given, workflowName: soleName(given, names) };
    const states = statesOf(options);
    if (!states) throw notFound(given);
    await using page = options.page && servePage(options.page, "status", {
      hiddenApps: [WORKFLOW_APP],
    });
    const terminal = new Terminal("stdout");
    const fileSystem = await fileSystemWarning(capioDir);
    const show = json
      ? asJson(terminal)
      : follow && terminal.isLive
      ? redrawn(terminal, fileSystem)
      : !page || follow
      ? appended(terminal, fileSystem)
      : new WritableStream<WorkflowStatus>();
    try {
      await (page ? states.pipeThrough(shownOn(page)) : states)
        .pipeTo(show, { signal });
      page?.end();
    } catch (error) {
      // The reader of the output has enough, as in "... | head".
      const isOver = error instanceof Deno.errors.BrokenPipe;
      if (!signal.aborted && !isOver) throw error;
    }
    if (options.page?.keep) await untilInterrupted("status", signal);
    return 0;
  },
};

interface StatusOptions {
  readonly capioDir: string;
  /** The name that was given, if any. */
  readonly workflowName?: string;
  readonly memoryDir: string;
  readonly follow: boolean;
  readonly json: boolean;
  /** The page to watch it, if one is wanted. */
  readonly page?: PageRequest;
}

function parseOptions(args: string[]): StatusOptions {
  const { values } = parseArguments({
    args: withPageValue(args),
    options: {
      ...PAGE_OPTIONS,
      "capio-dir": { type: "string" },
      "workflow-name": { type: "string" },
      "memory-dir": { type: "string" },
      follow: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  return {
    capioDir: values["capio-dir"] || environmentVariable("CAPIO_DIR") || ".",
    workflowName: values["workflow-name"] ||
      environmentVariable("CAPIO_WORKFLOW_NAME"),
    memoryDir: values["memory-dir"] ||
      environmentVariable("CAPIO_MEMORY_DIR") || "",
    follow: values.follow,
    json: values.json,
    page: pageRequest(values),
  };
}

/** Returns the name of the one workflow to show. */
function soleName(
  { capioDir }: StatusOptions,
  [name = "CAPIO", ...others]: readonly string[],
): string {
  if (others.length === 0) return name;
  const names = [name, ...others].map((name) => `"${name}"`).join(", ");
  throw new UsageError(
    `"--workflow-name" must be one of those in "${capioDir}", which are ${names}`,
  );
}

/** Lists the workflows of a directory. */
async function list(
  { capioDir, memoryDir, json }: StatusOptions,
  names: readonly string[],
): Promise<number> {
  const terminal = new Terminal("stdout");
  const states = names
    .map((workflowName) =>
      workflowStatus(capioDir, { workflowName, memoryDir })
    )
    .filter((status) => status !== undefined);
  const lines = json
    ? states.map((status) => JSON.stringify(status))
    : workflowLines(capioDir, states);
  await terminal.printAll(lines);
  return 0;
}

function notFound({ capioDir, workflowName }: StatusOptions): Error {
  const { length } = setAsideRuns(capioDir, { workflowName });
  const runs = length === 1 ? "a run" : `${length} runs`;
  const [what, ofIt] = workflowName === undefined
    ? ["a workflow", ""]
    : [`the workflow "${workflowName}"`, " of it"];
  const hint = length > 0
    ? `; "sluice recover" shows ${runs}${ofIt} that no process here has begun or could publish`
    : "";
  return new Error(`Cannot find ${what} in "${capioDir}"${hint}`);
}

function statesOf(
  { capioDir, follow, page, ...options }: StatusOptions,
): ReadableStream<WorkflowStatus> | undefined {
  if (follow || page) return followWorkflow(capioDir, options);
  const status = workflowStatus(capioDir, options);
  return status && ReadableStream.from([status]);
}

/** Shows each state on a page, and hands it on. */
function shownOn(
  page: WorkflowPage,
): TransformStream<WorkflowStatus, WorkflowStatus> {
  return new TransformStream({
    transform(status, controller) {
      page.show(status);
      controller.enqueue(status);
    },
  });
}

/** Draws each state in the place of the one before; the last one stays. */
function redrawn(
  terminal: Terminal,
  fileSystem?: string,
): WritableStream<WorkflowStatus> {
  let latest: readonly string[] = [];
  return new WritableStream({
    write: (status) => terminal.draw(latest = statusLines(status, fileSystem)),
    async close() {
      await terminal.draw([]);
      await terminal.printAll(latest);
    },
  });
}

/** Prints the lines of each state that differ from the one before. */
function appended(
  terminal: Terminal,
  fileSystem?: string,
): WritableStream<WorkflowStatus> {
  let before = new Set<string>();
  return new WritableStream({
    async write(status) {
      const lines = statusLines(status, fileSystem);
      const texts = lines.map(withoutColumns);
      const isNew = (_: string, index: number) => !before.has(texts[index]);
      await terminal.printAll(lines.filter(isNew));
      before = new Set(texts);
    },
  });
}

/** Removes the padding: a column that became wider is no change. */
function withoutColumns(line: string): string {
  return line.replaceAll(/ +/g, " ");
}

function asJson(terminal: Terminal): WritableStream<WorkflowStatus> {
  return new WritableStream({
    write: (status) => terminal.print(JSON.stringify(status)),
  });
}
