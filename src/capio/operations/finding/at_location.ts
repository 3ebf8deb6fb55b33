import type { Place, Workspace } from "../../overlay/mod.ts";
import { isAbsence, type Operation } from "../../platform/mod.ts";

/** How often a call goes after a file that moves, before it takes the lock. */
const MOST_CHASES = 3;

/**
 * Calls `act` with the present location of a place. When another member
 * publishes or moves the file at that moment, calls it again.
 */
export function* atLocation<T>(
  workspace: Workspace,
  place: Place,
  act: (location: string) => Operation<T>,
  locate: () => string = () => workspace.trees.locate(place.path),
): Operation<T> {
  const { path } = place;
  const { workflow } = workspace;
  let chases = 0;
  for (let isSecondTry = false;;) {
    const location = locate() + place.tail;
    const known = workspace.trees.whereIs(path);
    const file = workflow.state.paths.get(path);
    try {
      return yield* act(location);
    } catch (error) {
      if (isAbsence(error) && chases++ < MOST_CHASES) {
        // Most often it has just been published.
        workflow.refresh();
        if (workspace.trees.whereIs(path) !== known) continue;
      }
      const isThere = isAbsence(error) && workspace.trees.isThere(path);
      const isAsBefore = workspace.trees.whereIs(path) === known &&
        workflow.state.paths.get(path) === file;
      // The error may be about another file than the one at this location.
      if (!isThere || (isAsBefore && isSecondTry)) {
        throw namingGivenPath(error, location, place);
      }
      isSecondTry = isAsBefore;
    }
  }
}

/**
 * Calls `act` with a location, and names in its errors the path that the caller
 * gave. In an error about two paths `which` of them is the location.
 */
export function* withGivenPath<T>(
  start: string,
  place: Place,
  act: (location: string) => Operation<T>,
  which: "first" | "second" = "second",
): Operation<T> {
  const location = start + place.tail;
  try {
    return yield* act(location);
  } catch (error) {
    throw namingGivenPath(error, location, place, which);
  }
}

/**
 * Replaces the location in an error by the path that the caller gave, and adds
 * why the call has waited for it in vain.
 */
export function namingGivenPath(
  error: unknown,
  location: string,
  { given, missing }: Place,
  which: "first" | "second" = "first",
): unknown {
  if (!(error instanceof Error)) return error;
  if (missing && isAbsence(error)) addReason(error, missing);
  if (!error.message.includes(location)) return error;
  // One of two paths may contain the other: only whole paths are replaced.
  const isPair = error.message.includes("' -> '");
  const [old, fresh] = which === "first"
    ? [`'${location}' -> '`, `'${given}' -> '`]
    : [`' -> '${location}'`, `' -> '${given}'`];
  const translated = (text: string) =>
    isPair
      ? text.replace(old, () => fresh)
      : text.replaceAll(location, () => given);
  const message = translated(error.message);
  const stack = error.stack && translated(error.stack);
  error.message = message;
  if (stack !== undefined) error.stack = stack;
  // Node's errors name the paths once more in properties.
  for (const name of ["path", "dest"]) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value !== "string") continue;
    if (!isPair) Reflect.set(error, name, translated(value));
    else if (name === (which === "first" ? "path" : "dest")) {
      Reflect.set(error, name, given);
    }
  }
  return error;
}

function addReason(error: Error, reason: string): void {
  const { message, stack } = error;
  error.message = `${message}: ${reason}`;
  if (stack !== undefined) {
    error.stack = stack.replace(message, () => error.message);
  }
}
