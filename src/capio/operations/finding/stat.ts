import type { WorkflowFile, WorkflowState } from "../../journal/mod.ts";
import { type Place, View, type Workspace } from "../../overlay/mod.ts";
import { call, isAbsence, type Operation } from "../../platform/mod.ts";
import {
  contentReadiness,
  isProducer,
  openReadiness,
  sizeReadiness,
} from "../../workflow/mod.ts";
import { type Access, LOOK } from "./access.ts";
import { atLocation } from "./at_location.ts";
import { settled } from "./settled.ts";
import { untilAt } from "./until_at.ts";

/** `Deno.stat`: of the file now, or at its commit under the rule `update`. */
export function stat(
  workspace: Workspace,
  place: Place,
): Operation<Deno.FileInfo> {
  return lookAt(workspace, place, (location) => call("stat", location));
}

/** `Deno.lstat`: of a link itself, else as {@linkcode stat}. */
export function lstat(
  workspace: Workspace,
  place: Place,
): Operation<Deno.FileInfo> {
  return lookAt(workspace, place, (location) => call("lstat", location));
}

/** Looks with `look` once the file is there and may be seen. */
export function* lookAt<T>(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<T>,
): Operation<T> {
  const view = new View(workspace, { isQuestion: true });
  let growing: WorkflowFile | undefined;
  let path = place.path;
  const { result } = yield* settled(workspace, place, view, {
    *until(place) {
      const here = yield* untilAnnouncedExists(workspace, place);
      return yield* untilVisible(workspace, here, sizeReadiness);
    },
    *act(here) {
      growing = growingFileAt(workspace, here);
      path = here.path;
      return yield* ask(workspace, here, look, { looks: true });
    },
  });
  const size = sizeIn(result);
  if (growing && size !== undefined) workspace.toldSizes.tell(growing, size);
  if (workspace.workflow.state.isObserved && size !== undefined) {
    noteObserved(workspace, path, size);
  }
  return result;
}

/** Returns the file under a place if others may still write to it. */
function growingFileAt(
  workspace: Workspace,
  { path }: Place,
): WorkflowFile | undefined {
  const { workflow } = workspace;
  const file = new View(workspace, { isQuestion: true }).fileAt(path);
  if (file?.kind !== "file" || file.phase !== "open") return undefined;
  return isProducer(workflow.state, workflow, file) ? undefined : file;
}

/** Notes in an observed run that the size of another member's file was told. */
function noteObserved(
  { workflow, toldSizes }: Workspace,
  path: string,
  size: number,
): void {
  const file = workflow.state.paths.get(path);
  if (file?.kind !== "file" || file.writers.has(workflow.id)) return;
  toldSizes.observe(file, size);
}

/** Returns the size in the result of `stat`, of Deno or of Node. */
function sizeIn(result: unknown): number | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  if (!("size" in result)) return undefined;
  const { size } = result;
  return typeof size === "number" || typeof size === "bigint"
    ? Number(size)
    : undefined;
}

/**
 * Asks with `look` for something under a path: at once, unless the path is
 * declared. What is not there is remembered, in case another member makes it.
 */
export function* askFor<T>(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<T>,
): Operation<T> {
  const here = yield* untilAnnouncedExists(workspace, place);
  return yield* ask(workspace, here, look);
}

/**
 * The same for a program that asks before it opens the file. A declared file may
 * be replaced before its commit, and is better opened afterwards.
 */
export function* askBeforeOpening<T>(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<T>,
): Operation<T> {
  let here = yield* untilAnnouncedExists(workspace, place);
  if (workspace.state.engine.isDeclared(here.path)) {
    here = yield* untilVisible(workspace, here, contentReadiness);
  }
  return yield* ask(workspace, here, look);
}

/**
 * Asks at once.
 *
 * @param options.looks Whether the answer has the size and the times.
 */
export function* ask<T>(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<T>,
  { looks = false }: { looks?: boolean } = {},
): Operation<T> {
  const { workflow } = workspace;
  const { answers } = workflow;
  const view = new View(workspace, { isQuestion: true });
  const locate = () => view.locate(place.path);
  try {
    const result = yield* atLocation(workspace, place, look, locate);
    const isReal = !workflow.state.paths.has(place.path);
    answers.seen(place.path, looks ? isReal : undefined);
    return result;
  } catch (error) {
    if (isAbsence(error)) answers.asked(place.path);
    throw error;
  }
}

/**
 * Waits for a declared file that a step may still create, and returns its place.
 * For a file that nobody declared there is no wait: programs ask whether it
 * exists.
 *
 * @param access The rights that the call needs, also for another place.
 */
export function* untilAnnouncedExists(
  workspace: Workspace,
  place: Place,
  access: Access = LOOK,
): Operation<Place> {
  const { workflow } = workspace;
  // The usual case.
  const isStill = !isDeclared(workspace.state, place) &&
    workspace.findAgain(place, false) === place;
  if (isStill) return place;
  return yield* untilAt(workspace, place, access, (state, here) => {
    if (!isDeclared(state, here)) return { type: "go" };
    const { path, through } = here;
    const lookAtReal = () => workspace.trees.real(path);
    const verdict = openReadiness(state, workflow, path, {
      lookAtReal,
      through,
      isQuestion: true,
    });
    // The system itself reports the missing file.
    return verdict.type === "refuse" ? { type: "go" } : verdict;
  });
}

/** Returns whether a path is declared, by the name of a link to it, too. */
function isDeclared(
  { engine }: WorkflowState,
  { path, through }: Place,
): boolean {
  return engine.isDeclared(path) ||
    through.some(({ name }) => engine.isDeclared(name));
}

/**
 * Waits until this member may see the file as `readiness` says, and returns the
 * place of the file.
 */
function* untilVisible(
  workspace: Workspace,
  place: Place,
  readiness: typeof contentReadiness,
): Operation<Place> {
  const { workflow } = workspace;
  const view = new View(workspace, { isQuestion: true });
  for (let here = place;;) {
    const { path } = here;
    here = yield* untilAt(workspace, here, LOOK, (state, place) => {
      // The file that has the name at that moment: it may be the next one.
      const file = view.fileAt(path, state);
      const isSeen = place.path !== path || file?.kind !== "file";
      return isSeen ? { type: "go" } : readiness(state, workflow, file);
    });
    if (here.path === path) return here;
    here = yield* untilAnnouncedExists(workspace, here);
  }
}
