import type { Workflow } from "../workflow/mod.ts";
import type { Place } from "./place.ts";

/** What a call does to a path, by the names of Deno's permissions. */
export type Use = "read" | "write";

/** What a call does to a path, by the words of the graph's refusals. */
export type GraphUse = "read" | "write" | "make" | "remove";

/** What a member may do: Deno's permissions say so, and CAPIO-CL may. */
export class Rights {
  /** Whether CAPIO-CL streams limit what the app may read and write. */
  readonly enforcesGraph: boolean;
  readonly #workflow: Workflow;

  constructor(workflow: Workflow, enforcesGraph: boolean) {
    this.#workflow = workflow;
    this.enforcesGraph = enforcesGraph;
  }

  /**
   * Whether the process may do to a place what the original would do. The
   * spool must not open what a flag such as `--deny-read` closes. What may be
   * written and not even looked at is left to the original.
   */
  isPermitted(place: Place, uses: readonly Use[]): boolean {
    return this.#mayUse("read", place) &&
      (!uses.includes("write") || this.#mayUse("write", place));
  }

  /** One question about all of the directory mostly answers for each path. */
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
   * Refuses what the graph does not let the app do.
   *
   * @throws {Deno.errors.NotCapable} If the context enforces the graph and the
   * app's streams do not name the place.
   */
  checkGraph({ path, given }: Place, use: GraphUse): void {
    if (!this.enforcesGraph) return;
    const { app, state: { engine } } = this.#workflow;
    const allowed = use === "read"
      ? engine.mayRead(app, path)
      : use === "write"
      ? engine.mayWrite(app, path)
      : engine.mayMakeDirectory(app, path);
    if (allowed) return;
    const stream = use === "read" ? "input_stream" : "output_stream";
    throw new Deno.errors.NotCapable(
      `"${app}" may not ${use} "${given}": its ${stream} does not name it`,
    );
  }
}
