import type { CapioClCommitRule } from "./commit_rule.ts";

/**
 * The time from which readers get the bytes of a file: `update` is its commit,
 * `no_update` the moment when they are written.
 */
export type CapioClFireRule = "update" | "no_update";

/** A name that stands for several paths, wherever a list of paths is written. */
export interface CapioClAlias {
  /** The name, `group_name` in the file. */
  readonly groupName: string;
  /** The paths, globs and names of other groups that it stands for. */
  readonly files: readonly string[];
}

/** The commit rule and the fire rule of some files or directories. */
export interface CapioClStreamingRule {
  /** Whether `paths` are files (`name` in the file) or directories (`dirname`). */
  readonly kind: "file" | "directory";
  /** The paths, globs and aliases that the rule is about. */
  readonly paths: readonly string[];
  /** The rule by which they are finished; left out, this rule does not say. */
  readonly committed?: CapioClCommitRule;
  /** The rule by which readers get their content; left out likewise. */
  readonly mode?: CapioClFireRule;
}

/** One step of the workflow, with the files that it reads and writes. */
export interface CapioClApp {
  /** The name under which the step joins the workflow. */
  readonly name: string;
  /** Paths, globs and aliases that it reads. */
  readonly inputStream: readonly string[];
  /** Paths, globs and aliases that it writes. */
  readonly outputStream: readonly string[];
  /** Commit and fire rules. */
  readonly streaming: readonly CapioClStreamingRule[];
}

/** The machines on which files live; kept, without a meaning on one machine. */
export interface CapioClHomeNodePolicies {
  /** Files that live where they are created. */
  readonly create: readonly string[];
  /** Files that live where a hash of their name says. */
  readonly hashing: readonly string[];
  /** Files that live where the process `appNode` runs. */
  readonly manual: readonly {
    readonly name: readonly string[];
    readonly appNode: string;
  }[];
}

/**
 * A CAPIO-CL configuration: which step of a workflow reads and writes which
 * files, and when they are finished. Paths are relative to the directory of the
 * workflow, or absolute.
 */
export interface CapioClConfig {
  /** Version of the language. */
  readonly version: 1 | 1.1;
  /** Name of the workflow. */
  readonly name: string;
  /** Path of the TOML file with runtime settings (version 1.1). */
  readonly configuration?: string;
  /** Names for groups of paths. */
  readonly aliases: readonly CapioClAlias[];
  /** The steps, `IO_Graph` in the file. */
  readonly ioGraph: readonly CapioClApp[];
  /** Paths that are kept when the workflow ends. */
  readonly permanent: readonly string[];
  /** Paths that are not interposed. */
  readonly exclude: readonly string[];
  /** The machines on which files live. */
  readonly homeNodePolicies: CapioClHomeNodePolicies;
  /**
   * The places where bytes live until their file is committed. They are kept
   * without a meaning here: the bytes are in the page cache either way, and the
   * spool stays in `capioDir`, where the permissions of a step reach.
   */
  readonly storage: {
    /** In shared memory. */
    readonly memory: readonly string[];
    /** On disk, the default. */
    readonly fs: readonly string[];
  };
}
