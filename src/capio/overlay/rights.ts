import { join, SEPARATOR } from "@std/path";
import { revocationCount } from "../platform/mod.ts";
import type { Workflow } from "../workflow/mod.ts";
import type { PlaceNames } from "./place.ts";

/** The use of a path, by the names of Deno's permissions. */
export type Use = "read" | "write";

/** The use of a path, by the words in which the graph refuses it. */
export type GraphUse = "read" | "write" | "make" | "remove";

const USES: readonly Use[] = ["read", "write"];

/**
 * The names of the directory of a workflow: with all symbolic links resolved,
 * and as it was given, absolute. A flag may name a path by either.
 */
export type DirectoryNames = readonly [resolved: string, given: string];

/** The rights of a member: Deno's permissions and the CAPIO-CL graph. */
export class Rights {
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforcesGraph: boolean;
  readonly #workflow: Workflow;
  readonly #directories: ReadonlySet<string>;
  /** Up to which revocation a use of the directory was granted in whole. */
  readonly #wholeAt: { [U in Use]?: number } = {};

  constructor(
    workflow: Workflow,
    directories: DirectoryNames,
    enforcesGraph: boolean,
  ) {
    this.#workflow = workflow;
    this.#directories = new Set(directories);
    this.enforcesGraph = enforcesGraph;
  }

  /**
   * Returns whether the process may use a place so. What it may not use by the
   * path that it gave is left to the original, which refuses it in its own
   * words; so is a place that may be written but not read.
   *
   * @throws {Deno.errors.NotCapable} If a flag such as `--deny-read` closes the
   * place under another name: the original knows only the path that it gets.
   */
  isPermitted(place: PlaceNames, uses: readonly Use[]): boolean {
    const isOpen = this.#isOpen("read", place) &&
      (!uses.includes("write") || this.#isOpen("write", place));
    if (isOpen) return true;
    if (uses.some((use) => !isGranted(use, place.given))) return false;
    for (const use of uses) this.#checkNames(use, place);
    return uses.includes("read") || this.#isReadable(place);
  }

  /** Whether flags or the graph close a part of the directory. */
  get isLimited(): boolean {
    return this.enforcesGraph || !USES.every((use) => this.#isWhole(use));
  }

  /**
   * Checks the use of a place and of everything below it.
   *
   * @throws {Deno.errors.NotCapable} If a flag closes any of it.
   */
  checkAllBelow(place: PlaceNames, uses: readonly Use[]): void {
    for (const use of uses) {
      if (this.#isOpen(use, place)) continue;
      for (const path of [place.given, ...this.#namesOf(place.path)]) {
        const { state, partial } = Deno.permissions.querySync({
          name: use,
          path,
        });
        if (state === "denied" || partial) throw notCapable(use, place.given);
      }
    }
  }

  /**
   * Checks a place that is left to the original, whatever use that makes of it.
   *
   * @throws {Deno.errors.NotCapable} If a flag closes the place under another
   * name than the one that was given.
   */
  checkLeft(place: PlaceNames): void {
    for (const use of USES) {
      if (this.#isWhole(use) || !isGranted(use, place.given)) continue;
      this.#checkNames(use, place);
    }
  }

  /**
   * Checks a path that leads to the files of sluice itself, among which those
   * of all places are.
   *
   * @throws {Deno.errors.NotCapable} If flags close a part of the directory.
   */
  checkSystemPath(given: string): void {
    const closed = USES.find((use) => !this.#isWhole(use));
    if (closed) throw notCapable(closed, given);
  }

  /** Returns whether the program may learn that something happens to a place. */
  mayNotice(path: string): boolean {
    if (this.#isClosed("read", { path })) return false;
    if (!this.enforcesGraph) return true;
    return this.#isAllowed(path, "read") || this.#isAllowed(path, "make");
  }

  /**
   * Returns whether nothing in the directory is closed, which mostly answers the
   * question, and the path as given says that it lies there.
   */
  #isOpen(use: Use, { given }: PlaceNames): boolean {
    if (!this.#isWhole(use)) return false;
    if (given.includes("..")) return isGranted(use, given);
    for (const directory of this.#directories) {
      if (given.startsWith(directory)) {
        const next = given.charAt(directory.length);
        if (next === "" || next === "/" || next === SEPARATOR) return true;
      }
    }
    return isGranted(use, given);
  }

  /** Returns whether a use of the directory is granted and no flag limits it. */
  #isWhole(use: Use): boolean {
    const revocations = revocationCount();
    if (revocations !== undefined && this.#wholeAt[use] === revocations) {
      return true;
    }
    for (const directory of this.#directories) {
      if (!isWhole(use, directory)) return false;
    }
    this.#wholeAt[use] = revocations;
    return true;
  }

  /** @throws {Deno.errors.NotCapable} If a flag closes the place. */
  #checkNames(use: Use, place: PlaceNames): void {
    if (!this.#isClosed(use, place)) return;
    const [resolved] = this.#namesOf(place.path);
    throw notCapable(use, place.given, resolved);
  }

  #isReadable(place: PlaceNames): boolean {
    return isGranted("read", place.given) && !this.#isClosed("read", place);
  }

  /** Returns whether a flag closes a place by one of its names. */
  #isClosed(use: Use, { path }: Pick<PlaceNames, "path">): boolean {
    const [resolved, ...others] = this.#namesOf(path);
    return !isGranted(use, resolved) ||
      others.some((name) => isDenied(use, name));
  }

  /** Returns the absolute names of a path, the resolved one first. */
  #namesOf(path: string): string[] {
    return [...this.#directories]
      .map((directory) => path === "" ? directory : join(directory, path));
  }

  /**
   * Checks the use of a place against the graph.
   *
   * @throws {Deno.errors.NotCapable} If the context enforces the graph and the
   * app's streams do not name the place.
   */
  checkGraph(
    { path, given }: PlaceNames,
    use: GraphUse,
  ): void {
    if (!this.enforcesGraph) return;
    if (this.#isAllowed(path, use)) return;
    const { app } = this.#workflow;
    const stream = use === "read" ? "input_stream" : "output_stream";
    throw new Deno.errors.NotCapable(
      `"${app}" may not ${use} "${given}": its ${stream} does not name it`,
    );
  }

  #isAllowed(path: string, use: GraphUse): boolean {
    const { app, state: { engine } } = this.#workflow;
    switch (use) {
      case "read":
        return engine.mayRead(app, path);
      case "write":
        return engine.mayWrite(app, path);
      case "make":
      case "remove":
        return engine.mayMakeDirectory(app, path);
    }
  }
}

function isWhole(name: Use, path: string): boolean {
  const { state, partial } = Deno.permissions.querySync({ name, path });
  return state === "granted" && !partial;
}

function isGranted(name: Use, path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "granted";
}

function isDenied(name: Use, path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "denied";
}

/** Refuses as Deno does. */
function notCapable(use: Use, given: string, resolved = given): Error {
  const path = resolved === given
    ? `"${given}"`
    : `"${resolved}", which "${given}" leads to`;
  return new Deno.errors.NotCapable(
    `Requires ${use} access to ${path}, run again with the --allow-${use} flag`,
  );
}
