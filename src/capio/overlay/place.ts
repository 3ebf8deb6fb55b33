/** A path inside a workspace. */
export interface Place {
  /** Relative to the directory, resolved, with `/`. */
  readonly path: string;
  /** As the caller wrote it, for messages. */
  readonly given: string;
  /**
   * The characters after the name of a directory, `/` for instance. With them
   * the system refuses anything else than a directory.
   */
  readonly tail: string;
}

/**
 * Whether a call means what a symbolic link points to: always, never, or when
 * the path ends in a slash.
 */
export type Follows = boolean | "slash";
