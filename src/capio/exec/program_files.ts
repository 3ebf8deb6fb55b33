import { isAbsolute, join } from "@std/path";
import { allowed, findIn } from "../interpose/mod.ts";
import { type Access, MOVE_TO, READ, WRITE } from "../operations/mod.ts";
import type { Place, Workspace } from "../overlay/mod.ts";
import { pathOf } from "../platform/mod.ts";
import type { Program } from "./program.ts";
import {
  type ArgumentPart,
  type FileForm,
  parseArgument,
} from "./program_argument.ts";

/** How a program uses a file. */
export type FileUse = "stdin" | "stdout" | "stderr" | FileForm;

/** A file that a program uses, and how. */
export interface ProgramFile {
  readonly use: FileUse;
  readonly place: Place;
}

/** The files of a program, and where their paths go. */
export interface ProgramFiles {
  /** The arguments: texts, and files whose paths take their places. */
  readonly args: readonly (readonly (string | ProgramFile)[])[];
  readonly stdin?: ProgramFile;
  readonly stdout?: ProgramFile;
  readonly stderr?: ProgramFile;
  readonly inputs: readonly ProgramFile[];
  /** One for each path. */
  readonly outputs: readonly ProgramFile[];
}

/** Whether named pipes exist: elsewhere whole files take their places. */
export const HAS_PIPES = Deno.build.os !== "windows";

/** The access that each use of a file needs. */
const ACCESS: Readonly<Record<FileUse, Access>> = {
  stdin: READ,
  in: READ,
  file: READ,
  dir: READ,
  stdout: WRITE,
  stderr: WRITE,
  out: WRITE,
  newfile: MOVE_TO,
  newdir: MOVE_TO,
};

/**
 * Finds the files of a program in a workspace.
 *
 * @throws {TypeError} If one lies outside, or is used in two ways that exclude
 * each other.
 * @throws {Deno.errors.NotCapable} If the permissions or the graph forbid a use.
 */
export function findFiles(
  workspace: Workspace,
  { command, stdin, stdout, stderr }: Program,
): ProgramFiles {
  const files: ProgramFile[] = [];
  const find = (use: FileUse, path: string | URL) => {
    const file = findFile(workspace, use, path);
    // An output is written once, whatever stands for it.
    const known = files.find((it) => isSameOutput(it, file)) ?? file;
    if (known === file) files.push(file);
    return known;
  };
  const findIfGiven = (use: FileUse, path: string | URL | undefined) =>
    path === undefined ? undefined : find(use, path);
  const args = command.map((argument) =>
    parseArgument(argument).map((part: ArgumentPart) =>
      typeof part === "string"
        ? part
        : find(HAS_PIPES ? part.form : withoutPipes(part.form), part.path)
    )
  );
  const standard = {
    stdin: findIfGiven("stdin", stdin),
    stdout: findIfGiven("stdout", stdout),
    stderr: findIfGiven("stderr", stderr),
  };
  const inputs = files.filter(({ use }) => ACCESS[use] === READ);
  const outputs = files.filter(({ use }) => ACCESS[use] !== READ);
  checkPaths(inputs, outputs);
  return { args, ...standard, inputs, outputs };
}

/** Returns whether a program uses any file of a workflow. */
export function usesFiles(
  { command, stdin, stdout, stderr }: Program,
): boolean {
  if ([stdin, stdout, stderr].some((it) => it !== undefined)) return true;
  return command.flatMap(parseArgument).some((it) => typeof it !== "string");
}

/** Returns the form that a file has on systems without named pipes. */
export function withoutPipes(form: FileForm): FileForm {
  if (form === "in") return "file";
  return form === "out" ? "newfile" : form;
}

function findFile(
  workspace: Workspace,
  use: FileUse,
  path: string | URL,
): ProgramFile {
  const given = pathOf(path);
  const { capioDir } = workspace.folder;
  const name = given.replace(/(?<=.)[\\/]+$/, "");
  const full = isAbsolute(name) ? name : join(capioDir, name);
  const found = findIn(workspace, full, true);
  if (!found || found.place.path === "" && use !== "dir") {
    throw new TypeError(
      `Cannot use "${given}" as a file of a program: it must lie in "${capioDir}" and be no excluded path of its configuration`,
    );
  }
  const access = ACCESS[use];
  if (allowed(found, access)) {
    return { use, place: { ...found.place, given } };
  }
  const [permission] = access.permissions;
  throw new Deno.errors.NotCapable(
    `Requires ${permission} access to "${given}" in "${capioDir}", run again with the --allow-${permission} flag`,
  );
}

function isSameOutput(one: ProgramFile, other: ProgramFile): boolean {
  if (one.place.path !== other.place.path) return false;
  const streams: readonly FileUse[] = ["stdout", "stderr"];
  if (streams.includes(one.use)) return streams.includes(other.use);
  return one.use === other.use && ACCESS[one.use] !== READ;
}

/** Refuses a path that cannot be used in all the ways that the program names. */
function checkPaths(
  inputs: readonly ProgramFile[],
  outputs: readonly ProgramFile[],
): void {
  for (const { use, place: { path, given } } of outputs) {
    const isInput = inputs.some((it) => it.place.path === path);
    const isTwice = outputs.some((it) =>
      it.place.path === path && it.use !== use
    );
    if (!isInput && !isTwice) continue;
    throw new TypeError(
      `Cannot use "${given}" as an output of a program twice, or as its input too: give each a name of its own`,
    );
  }
}
