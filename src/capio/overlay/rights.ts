import type { Workflow } from "../workflow/mod.ts";
import type { Place } from "./place.ts";

/** The use of a path, by the names of Deno's permissions. */
export type Use = "read" | "write";

/** The use of a path, by the words in which the graph refuses it. */
export type GraphUse = "read" | "write" | "make" | "remove";

/** The rights of a member: Deno's permissions and the CAPIO-CL graph. */
export class Rights {
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforcesGraph: boolean;
  readonly #workflow: Workflow;

  constructor(workflow: Workflow, enforcesGraph: boolean) {
    this.#workflow = workflow;
    this.enforcesGraph = enforcesGraph;
  }

  /**
   * Returns whether the process may use a place so: the spool must not open
   * what a flag such as `--deny-read` closes. A place that may be written but
   * not read is left to the original.
   */
  isPermitted(place: Place, uses: readonly Use[]): boolean {
    return this.#mayUse("read", place) &&
      (!uses.includes("write") || this.#mayUse("write", place));
  }

  /** Asks for the whole directory first, which mostly answers the question. */
  #mayUse(name: Use, { path }: Place): boolean {
    const { folder } = this.#workflow;
    const whole = Deno.permissions.querySync({ name, path: folder.capioDir });
    if (whole.state === "granted" && !whole.partial) return true;
    const status = Deno.permissions.querySync({
      name,
      path: folder.real(path),
    });
    return status.state === "granted";
  }

  /**
   * Checks the use of a place against the graph.
   *
   * @throws {Deno.errors.NotCapable} If the context enforces the graph and the
   * app's streams do not name the place.
   */
  checkGraph({ path, given }: Place, use: GraphUse): void {
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
