import { dependenciesOf } from "../cl/mod.ts";
import {
  areCommitted,
  type FileHome,
  lostFiller,
  type Member,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { formatBytes } from "../../internal/mod.ts";
import { CapioError } from "../platform/mod.ts";

/**
 * Says what has to happen before a file is committed and whole here.
 *
 * @param here How much of a replica is here in bytes, if that is known.
 */
export function missingForCommit(
  state: WorkflowState,
  file: WorkflowFile,
  here?: number,
): string {
  if (file.home) return missingAtHome(state, file, file.home, here);
  const { rule, closes, writers, holders, path, claim } = file;
  if (claim !== undefined) return MUST_BE_FIRST;
  const apps = new Set(state.engine.producers(path));
  for (const id of writers) apps.add(state.members.get(id)?.app ?? id);
  const names = quoted(apps);
  switch (rule.type) {
    case "on_close":
      return holders.length > 0 && closes >= rule.count
        ? stillHeld(state, file)
        : `${names} has closed it ${closes} of ${rule.count} times`;
    case "on_file":
      return holders.length > 0 && areCommitted(state, rule.dependencies)
        ? stillHeld(state, file)
        : mustBeCommitted(rule.dependencies);
    // It counts the entries of a directory, and has no meaning for a file.
    case "on_n_files":
    case "on_termination":
      return `${names} has not ended yet`;
  }
}

/** Says what has to come before the file of a machine is the one of its name. */
export const MUST_BE_FIRST =
  "it must come back from the server that no other machine made a file of this name before";

function missingAtHome(
  state: WorkflowState,
  { committedAtHome, noSpace }: WorkflowFile,
  { machine }: FileHome,
  here: number | undefined,
): string {
  if (!hasAgent(state)) {
    return `it comes from its home "${machine}", and the agent of this machine, "${state.machine}", does not run`;
  }
  if (noSpace) {
    return `the disk of this machine is full, so that what comes from its home "${machine}" cannot be written`;
  }
  if (!committedAtHome) return `its home "${machine}" has not committed it yet`;
  const size = formatBytes(committedAtHome.size);
  return here === undefined
    ? `not all of its ${size} are here, they come from its home "${machine}"`
    : `${
      formatBytes(here)
    } of ${size} are here, the rest comes from its home "${machine}"`;
}

/** Tells whether the agent of this machine takes part, as far as is known. */
export function hasAgent({ agent = "", members }: WorkflowState): boolean {
  const member = members.get(agent);
  return member !== undefined && !member.ending;
}

function stillHeld(state: WorkflowState, { holders }: WorkflowFile): string {
  const processes = holders.map(({ member }) =>
    processOf(state.members.get(member))
  );
  return `${[...new Set(processes)].join(", ")} still has it open for writing`;
}

/** Says what has to happen before a directory is complete. */
export function missingEntries(state: WorkflowState, path: string): string {
  const rule = state.engine.commitRule(path);
  switch (rule.type) {
    case "on_file":
      return mustBeCommitted(rule.dependencies);
    case "on_n_files": {
      const entries = state.folders.get(path)?.most ?? 0;
      return `it has had ${entries} of ${rule.count} entries`;
    }
    case "on_close":
    case "on_termination":
      return missingEndOfFillers(state, path);
  }
}

/** The error of a reader of a file whose writer will never finish it. */
export function writerLost(
  state: WorkflowState,
  file: WorkflowFile,
  offset: number,
): CapioError {
  const reason = reasonOfLoss(state, file);
  return new CapioError(
    codeOfLoss(state, file),
    `Cannot read "${file.path}" past byte ${offset}: ${reason}`,
  );
}

/** The error of a member that asks for the size of such a file. */
export function sizeLost(state: WorkflowState, file: WorkflowFile): CapioError {
  const reason = reasonOfLoss(state, file);
  return new CapioError(
    codeOfLoss(state, file),
    `Cannot tell the size of "${file.path}": ${reason}`,
  );
}

function codeOfLoss(
  state: WorkflowState,
  { home, lostTo, noSpace }: WorkflowFile,
): "CONFLICT" | "MACHINE_LOST" | "NO_SPACE" | "WRITER_LOST" {
  if (lostTo !== undefined) return "CONFLICT";
  if (noSpace === "given up") return "NO_SPACE";
  return home && isLost(state, state.machine) ? "MACHINE_LOST" : "WRITER_LOST";
}

function reasonOfLoss(state: WorkflowState, file: WorkflowFile): string {
  if (file.lostTo !== undefined) return conflictWith(file.lostTo);
  const reason = file.home && reasonAtHome(state, file, file.home);
  if (reason !== undefined) return reason;
  const dependencies = dependenciesOf(file.rule);
  const writer = state.members.get(file.lostBy ?? "");
  const hasDoneAll = writer?.ending === "left" ||
    writer !== undefined && !file.writers.has(writer.id);
  if (!dependencies || !hasDoneAll) return badEndOf(writer, file.lostWhy);
  return `it depends on ${quoted(dependencies)}, which ${
    processOf(writer)
  } left unfinished`;
}

/** Says why the rest of a replica does not come, if not by its writer's fault. */
function reasonAtHome(
  state: WorkflowState,
  { committedAtHome, lostWhy, noSpace }: WorkflowFile,
  { machine }: FileHome,
): string | undefined {
  if (noSpace === "given up") {
    return `the disk of this machine, "${state.machine}", was full for too long, so that the rest could not be written. Make room, and begin a new run`;
  }
  if (isLost(state, state.machine)) {
    // Its agent may have given up by itself before, and said why.
    const isOwn = lostWhy !== undefined &&
      lostWhy !== `machine "${state.machine}" was lost`;
    if (isOwn) return `${lostWhy}. Begin a new run, on all machines`;
    return `this machine, "${state.machine}", was declared lost and takes no part in the run any more. Begin a new run, on all machines`;
  }
  if (isLost(state, machine)) {
    return `its home, the machine "${machine}", was lost before all of it was here`;
  }
  if (!committedAtHome) return undefined;
  const why = lostWhy === undefined ? "" : `: ${lostWhy}`;
  return `its home "${machine}" does not have the rest any more${why}`;
}

/** Says whose file has the name of one that was made on two machines. */
export function conflictWith(machine: string): string {
  return `machine "${machine}" made a file of this name first. Let one machine make it, or give it two names`;
}

function isLost({ machines }: WorkflowState, name = ""): boolean {
  return machines.get(name)?.is === "lost";
}

/** The error of a reader of a file that another one has replaced. */
export function replaced(
  state: WorkflowState,
  { path }: WorkflowFile,
  offset: number,
): CapioError {
  const id = state.paths.get(path)?.namedBy ?? "";
  const app = state.members.get(id)?.app ?? id;
  return new CapioError(
    "REPLACED",
    `Cannot read "${path}" past byte ${offset}: "${app}" replaced it by another file before it was committed. ${REMEDY_FOR_REPLACED}`,
  );
}

/** What to do about a file that is replaced after somebody has read it. */
export const REMEDY_FOR_REPLACED =
  `Open the file again, or let its readers wait for the last version: with the commit rule "on_termination" and the mode "update"`;

/** The error of a reader of a directory that will never be complete. */
export function fillerLost(
  state: WorkflowState,
  path: string,
  listed: number,
): CapioError {
  const dependencies = dependenciesOf(state.engine.commitRule(path));
  const filler = lostFiller(state, path);
  const reason = dependencies && !filler
    ? `it depends on ${quoted(dependencies)}, which will not be finished`
    : badEndOf(filler);
  return new CapioError(
    "WRITER_LOST",
    `Cannot list "${path}" past entry ${listed}: ${reason}`,
  );
}

/** Lists names as a message shows them. */
export function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(", ");
}

function mustBeCommitted(dependencies: readonly string[]): string {
  return `${quoted(dependencies)} must be committed first`;
}

function missingEndOfFillers(
  { engine, folders, members }: WorkflowState,
  path: string,
): string {
  const apps = new Set(engine.producers(path));
  if (apps.size === 0) {
    for (const id of folders.get(path)?.writers ?? []) {
      apps.add(members.get(id)?.app ?? id);
    }
  }
  if (apps.size === 0) return "nobody has begun to fill it";
  return `${quoted(apps)} has not ended yet`;
}

function badEndOf(
  writer: Member | undefined,
  why: string | undefined = writer?.why,
): string {
  const reason = why === undefined ? "" : `: ${why}`;
  return `its writer ${processOf(writer)} ${
    endOf(writer)
  } before it was finished${reason}`;
}

function endOf(writer: Member | undefined): string {
  const ending = writer?.ending;
  switch (ending) {
    case "lost":
      return "died";
    case "failed":
      return "failed";
    // It is still at work, or left, and gave up this file alone.
    case "left":
    case undefined:
      return "gave up";
  }
}

function processOf(member: Member | undefined): string {
  return `"${member?.app}" (process ${member?.pid})`;
}
