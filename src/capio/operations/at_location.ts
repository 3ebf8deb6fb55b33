import type { Place, Workspace } from "../overlay/mod.ts";
import { isAbsence, type Operation } from "../platform/mod.ts";

/**
 * Calls `act` with the place's present location. When another member publishes
 * or moves the file at that very moment, looks again.
 */
export function* atLocation<T>(
  workspace: Workspace,
  place: Place,
  act: (location: string) => Operation<T>,
  locate: () => string = () => workspace.locate(place.path),
): Operation<T> {
  const { path } = place;
  const { workflow } = workspace;
  for (let isSecondTry = false;;) {
    const location = locate() + place.tail;
    const known = workspace.locate(path);
    const bearer = workflow.state.paths.get(path);
    try {
      return yield* act(location);
    } catch (error) {
      const isThere = isAbsence(error) && workspace.isThere(path);
      const isAsBefore = workspace.locate(path) === known &&
        workflow.state.paths.get(path) === bearer;
      // What is missing may be something else than what lies here.
      if (!isThere || (isAsBefore && isSecondTry)) {
        throw namingGivenPath(error, location, place);
      }
      isSecondTry = isAsBefore;
    }
  }
}

/**
 * Calls `act`; its errors speak of the path that the caller gave. Where they
 * speak of two, it is the first or the second of them.
 */
export function* withGivenPath<T>(
  of: string,
  place: Place,
  act: (location: string) => Operation<T>,
  which: "first" | "second" = "second",
): Operation<T> {
  const location = of + place.tail;
  try {
    return yield* act(location);
  } catch (error) {
    throw namingGivenPath(error, location, place, which);
  }
}

/** The same error, about the path that the caller gave. */
export function namingGivenPath(
  error: unknown,
  location: string,
  { given }: Place,
  which: "first" | "second" = "first",
): unknown {
  if (!(error instanceof Error) || !error.message.includes(location)) {
    return error;
  }
  // Of two paths one may lie below the other, and be as given already.
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
  // Where Node's errors name the paths once more.
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
