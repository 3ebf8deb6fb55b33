/** A path inside a workspace. */
export interface Place {
  /** Relative to the directory, resolved, with `/`. */
  readonly path: string;
  /** As the caller wrote it, for messages. */
  readonly given: string;
  /**
   * What the caller wrote after the name of a directory, `/` for instance. The
   * system takes it amiss where there is something else.
   */
  readonly tail: string;
}

/**
 * Whether a call means what a symbolic link points to: always, never, or when
 * the path ends in a slash.
 */
export type Follows = boolean | "slash";
