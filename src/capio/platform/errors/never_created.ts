/** The error of a reader of a file that its producers left without creating. */
export class NeverCreated extends Deno.errors.NotFound {
  /** As in errors of the system, which programs go by. */
  readonly code = "ENOENT";
}
