import type { FollowedLink } from "../platform/mod.ts";

/** The names of a path inside a workspace. */
export interface PlaceNames {
  /** Relative to the directory, resolved, with `/`. */
  readonly path: string;
  /** As the caller wrote it, for messages. */
  readonly given: string;
}

/** A path inside a workspace. */
export interface Place extends PlaceNames {
  /**
   * The characters after the name of a directory, `/` for instance. With them
   * the system refuses anything else than a directory.
   */
  readonly tail: string;
  /** The symbolic links that led to the path, in their order. */
  readonly through: readonly FollowedLink[];
  /** How the path was found, to find it again after a wait. */
  readonly search: Search;
  /** Why a call stopped to wait for the file; its error says so. */
  missing?: string;
}

/** The look-up of a place: links that come or change lead it elsewhere. */
export interface Search {
  /** The absolute path. */
  readonly full: string;
  readonly followLast: boolean;
  /** The number of changes to names that were known to it. */
  readonly renamings: number;
}

/**
 * Whether a call means what a symbolic link points to: always, never, or when
 * the path ends in a slash.
 */
export type Follows = boolean | "slash";
