import { otherHomeOf, pathsBelow } from "../journal/mod.ts";
import { CapioError, childOf } from "../platform/mod.ts";
import type { Workflow } from "../workflow/mod.ts";
import type { PlaceNames } from "./place.ts";
import type { GraphUse } from "./rights.ts";

/** What a call does to a path, as far as the homes of files are concerned. */
export interface HomeUse {
  /** Directories may be made on every machine. */
  readonly graph?: GraphUse;
  /** Whether it concerns everything below the path, too. */
  readonly whole?: true;
  /** Whether it fails where there is something, wherever that has its home. */
  readonly creates?: true;
}

/**
 * The homes of files, in a workflow on several machines: only the members of one
 * machine write, rename and remove a file, those of all read it.
 */
export class Homes {
  readonly #workflow: Workflow;

  constructor(workflow: Workflow) {
    this.#workflow = workflow;
  }

  /** Whether the workflow runs on several machines. */
  get areSeveral(): boolean {
    return this.#workflow.state.machine !== undefined;
  }

  /**
   * Checks what a call is going to do.
   *
   * @throws {CapioError} If it changes what has another home.
   */
  checkUse(place: PlaceNames, { graph, whole, creates }: HomeUse): void {
    if (!this.areSeveral) return;
    // The system refuses it, as a lock for example.
    if (creates && this.#workflow.state.paths.has(place.path)) return;
    switch (graph) {
      case undefined:
      case "read":
      case "make":
        return;
      case "write":
      case "remove":
        if (whole) this.checkBelow(place);
        else this.check(place);
        return;
      default:
        graph satisfies never;
    }
  }

  /**
   * Checks that a path may be written here.
   *
   * @throws {CapioError} If another machine is its home.
   */
  check({ path, given }: PlaceNames): void {
    const { state } = this.#workflow;
    if (state.machine === undefined) return;
    const home = otherHomeOf(state, path);
    if (home === undefined) return;
    throw new CapioError(
      "NOT_HOME",
      `Cannot write "${given}" on machine "${state.machine}": its home is "${home}". Change it in a step on that machine, or write another file`,
    );
  }

  /**
   * The same for a path and everything that is below it.
   *
   * @throws {CapioError} If another machine is the home of any of it.
   */
  checkBelow(place: PlaceNames): void {
    if (!this.areSeveral) return;
    this.check(place);
    for (const rest of this.#below(place)) this.check(placeBelow(place, rest));
  }

  /**
   * The same for what gets the names below another path.
   *
   * @throws {CapioError} If another machine is the home of any of it.
   */
  checkMove(from: PlaceNames, to: PlaceNames): void {
    if (!this.areSeveral) return;
    this.checkBelow(from);
    this.checkBelow(to);
    for (const rest of this.#below(from)) this.check(placeBelow(to, rest));
  }

  /** The paths of the workflow's entries below a path, relative to it. */
  *#below({ path }: PlaceNames): Generator<string> {
    for (const below of pathsBelow(this.#workflow.state, path)) {
      if (below !== path) yield below.slice(path.length + 1);
    }
  }
}

function placeBelow({ path, given }: PlaceNames, rest: string): PlaceNames {
  return {
    path: childOf(path, rest),
    given: `${given}/${rest}`,
  };
}
