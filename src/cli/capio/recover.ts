import {
  publishSetAsideRun,
  type SetAsideEntry,
  type SetAsideRun,
  setAsideRuns,
} from "../../capio/mod.ts";
import { formatBytes, terminalText } from "../../internal/mod.ts";
import {
  assertNoMore,
  type Command,
  environmentVariable,
  parseArguments,
  UsageError,
} from "../command/mod.ts";

/** `sluice recover`: shows the runs that were set aside, and publishes one. */
export const recover: Command = {
  name: "recover",
  summary:
    "Show what the runs that were set aside would publish, or publish it",
  help: `Usage: sluice recover [OPTIONS] [RUN]

Shows the runs that were set aside under DIR/.capio, because this machine has
not begun them (their journal was copied, unpacked, planted, or is of version
0.2), or because not all that they have finished could be published. For each:
the files that it would publish, where, what they would replace, and what is
refused. Nothing is changed.

Options:
  --capio-dir DIR        Directory in which files are exchanged
                         (default: $CAPIO_DIR, or the current directory)
  --workflow-name NAME   Show the runs of this workflow alone
                         (default: those of all workflows)
  --memory-dir DIR       Directory of the runs' files in memory
                         (default: $CAPIO_MEMORY_DIR, or none)
  --publish              Publish the finished files of RUN, or of the only run
                         there is, and remove the run with its unfinished files.
                         What is refused stays, and so does the run then
  --shared               The workflow is shared with the group of DIR
                         (default: $CAPIO_SHARED is group)

Publish only what you know: a run can bring any file, such as .git/hooks. To
throw a run away, remove its folder.

The exit code is 1 when something was refused that was to be published.

Example:
  sluice recover --capio-dir data
  sluice recover --capio-dir data --publish CAPIO.set-aside-20260730T101500Z`,
  async run(args, signal) {
    const options = parseOptions(args);
    const { capioDir, workflowName, memoryDir, publish, shared, name } =
      options;
    const all = setAsideRuns(capioDir, { workflowName, memoryDir });
    const runs = all.filter((run) => name === undefined || run.name === name);
    if (runs.length === 0 && (name !== undefined || publish)) {
      const which = name === undefined ? "any run" : `the run "${name}"`;
      throw new Error(
        `Cannot find ${which} that was set aside in "${capioDir}"`,
      );
    }
    if (!publish) {
      print(listing(capioDir, runs));
      return 0;
    }
    if (runs.length > 1) {
      throw new UsageError(
        `RUN must say which of these to publish: ${
          runs.map((run) => `"${run.name}"`).join(", ")
        }`,
      );
    }
    const run = await publishSetAsideRun(capioDir, runs[0].name, {
      shared,
      memoryDir,
      signal,
    });
    const isWhole = !run.entries.some(({ refused }) => refused !== undefined);
    print([
      ...published(run),
      isWhole ? "The run was removed" : "The run stays",
    ]);
    return isWhole ? 0 : 1;
  },
};

interface RecoverOptions {
  readonly capioDir: string;
  readonly workflowName?: string;
  readonly memoryDir: string;
  readonly publish: boolean;
  readonly shared?: "group";
  readonly name?: string;
}

function parseOptions(args: string[]): RecoverOptions {
  const { values, positionals } = parseArguments({
    args,
    options: {
      "capio-dir": { type: "string" },
      "workflow-name": { type: "string" },
      "memory-dir": { type: "string" },
      publish: { type: "boolean", default: false },
      shared: {
        type: "boolean",
        default: environmentVariable("CAPIO_SHARED") === "group",
      },
    },
    allowPositionals: true,
  });
  assertNoMore(positionals, 1);
  return {
    capioDir: values["capio-dir"] || environmentVariable("CAPIO_DIR") || ".",
    workflowName: values["workflow-name"],
    memoryDir: values["memory-dir"] || Deno.env.get("CAPIO_MEMORY_DIR") || "",
    publish: values.publish,
    shared: values.shared ? "group" : undefined,
    name: positionals[0],
  };
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(terminalText(line));
}

function listing(capioDir: string, runs: readonly SetAsideRun[]): string[] {
  if (runs.length === 0) return [`No run was set aside in "${capioDir}"`];
  return [
    ...runs.flatMap((run) => [...describeRun(run), ""]),
    `Nothing was changed. --publish publishes a run; remove its folder to throw it away`,
  ];
}

function describeRun(run: SetAsideRun): string[] {
  const { name, workflowName, folder, entries, unfinished, refused } = run;
  const isEmpty = entries.length + unfinished.length === 0;
  return [
    `Run "${name}" of workflow "${workflowName}" in "${folder}"`,
    ...(refused === undefined ? [] : [`  cannot be read: ${refused}`]),
    ...(refused === undefined && isEmpty ? ["  has nothing to publish"] : []),
    ...entries.map((entry) => `  ${describeEntry(entry, "would publish")}`),
    ...unfinished.map((path) => `  would discard ${path}: never finished`),
  ];
}

function published({ name, entries, unfinished }: SetAsideRun): string[] {
  return [
    `Run "${name}"`,
    ...entries.map((entry) => `  ${describeEntry(entry, "published")}`),
    ...unfinished.map((path) => `  not published ${path}: never finished`),
  ];
}

function describeEntry(
  { path, kind, content, replaces, refused }: SetAsideEntry,
  verb: string,
): string {
  if (refused !== undefined) return `refused ${path}: ${refused}`;
  const what = kind === "directory"
    ? "directory"
    : kind === "symlink"
    ? `symbolic link to ${content}`
    : formatBytes(Number(content ?? 0));
  return `${verb} ${path} (${what})${describeReplaced(kind, replaces)}`;
}

function describeReplaced(
  kind: SetAsideEntry["kind"],
  replaces: SetAsideEntry["replaces"],
): string {
  if (!replaces) return "";
  if (kind === "directory") return ", which is there already";
  return replaces.kind === "a file"
    ? `, replacing a file of ${formatBytes(replaces.size)}`
    : `, replacing ${replaces.kind}`;
}
