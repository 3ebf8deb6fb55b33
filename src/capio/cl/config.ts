import type { CapioClCommitRule } from "./commit_rule.ts";

/**
 * When a reader gets the bytes of a file: `update` once it is committed,
 * `no_update` as soon as they are written.
 */
export type CapioClFireRule = "update" | "no_update";

/** A name that stands for several paths, wherever a list of paths is written. */
export interface CapioClAlias {
  /** The name, `group_name` in the file. */
  readonly groupName: string;
  /** What it stands for: paths, globs, or names of other groups. */
  readonly files: readonly string[];
}

/** The commit rule and the fire rule of some files or directories. */
export interface CapioClStreamingRule {
  /** Whether `paths` are files (`name` in the file) or directories (`dirname`). */
  readonly kind: "file" | "directory";
  /** The paths, globs and aliases that the rule is about. */
  readonly paths: readonly string[];
  /** When they are finished; left out: not said here. */
  readonly committed?: CapioClCommitRule;
  /** When readers get their content; left out: not said here. */
  readonly mode?: CapioClFireRule;
}

/** One step of the workflow: what it reads and writes. */
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

/** Which machine a file lives on; kept, without a meaning on one machine. */
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
  /** What is kept when the workflow ends. */
  readonly permanent: readonly string[];
  /** What is left to the file system alone. */
  readonly exclude: readonly string[];
  /** Which machine files live on. */
  readonly homeNodePolicies: CapioClHomeNodePolicies;
  /**
   * Where bytes live until their file is committed. Kept, and without a
   * meaning here: they are in the page cache of the system either way, and the
   * spool stays where the permissions of a step reach, in `capioDir`.
   */
  readonly storage: {
    /** In shared memory. */
    readonly memory: readonly string[];
    /** On disk, the default. */
    readonly fs: readonly string[];
  };
}
